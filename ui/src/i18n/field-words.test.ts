import { fireEvent } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sayWhatIsWrong } from './field-words';
import { setLanguage } from './index.svelte';

describe('a form that is not filled in rightly', () => {
  let stop: () => void;
  const submitted = vi.fn((event: Event) => event.preventDefault());

  beforeEach(() => {
    setLanguage('zh-CN');
    stop = sayWhatIsWrong();
    submitted.mockClear();
    document.body.innerHTML = `
      <form id="form"><input name="bucket" required pattern="[a-z]+"><input name="hours" type="number" min="1" max="1680" value="5"><input name="until" type="date" min="2025-03-01"></form>
      <button form="form"><b>Connect</b></button>`;
    document.querySelector('form')?.addEventListener('submit', submitted);
  });
  afterEach(() => {
    stop();
    document.body.innerHTML = '';
    setLanguage('en');
  });

  const field = (name: string) => document.querySelector<HTMLInputElement>(`[name=${name}]`)!;
  const send = () => fireEvent.click(document.querySelector('button b')!);

  async function saidOf(name: string, value: string): Promise<string> {
    field(name).value = value;
    await send();
    return field(name).validationMessage;
  }

  it('says so in the language of the window', async () => {
    expect(await saidOf('bucket', '')).toBe('请填写此项。');
    expect(await saidOf('bucket', 'Photos')).toBe('此处不能使用这样的字符。');
    expect(await saidOf('hours', '0')).toBe('不能小于 1。');
    expect(await saidOf('hours', '2000')).toBe('不能大于 1,680。');
    expect(await saidOf('hours', '1.5')).toBe('请输入整数。');
    expect(await saidOf('until', '2025-02-28')).toBe('不能小于 2025年3月1日。');
    setLanguage('en');
    expect(await saidOf('bucket', '')).toBe('Please fill this in.');
    expect(submitted).not.toHaveBeenCalled();
  });

  it('is taken once it is, be it typed or filled in by the page', async () => {
    await send();
    expect(field('bucket').validity.valid).toBe(false);
    await fireEvent.input(field('bucket'), { target: { value: 'photos' } });
    expect(field('bucket').validity.valid).toBe(true);
    expect(await saidOf('bucket', '')).not.toBe('');
    field('bucket').value = 'others'; // as a preset does
    await send();
    expect(submitted).toHaveBeenCalledOnce();
  });
});
