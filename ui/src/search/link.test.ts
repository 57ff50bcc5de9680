import { describe, expect, it } from 'vitest';
import { isLink, linkIn, linkOf, nameIn } from './link';

const data = (held: Record<string, string>) => ({ types: Object.keys(held), getData: (type: string) => held[type] ?? '' }) as unknown as DataTransfer;

describe('a web address', () => {
  it('is one address and nothing around it', () => {
    expect(linkIn('  https://example.org/cat.jpg\n')).toBe('https://example.org/cat.jpg');
    for (const text of ['', '/home/ann/cat.jpg', 'C:\\cat.jpg', 'ftp://example.org/cat.jpg', 'see https://example.org/cat.jpg', 'https://', 'javascript:alert(1)']) expect(linkIn(text), text).toBeNull();
  });

  it('is taken from a dropped link, not from the comments beside it', () => {
    expect(linkOf(data({ 'text/uri-list': '# https://example.org/no\r\nhttps://example.org/cat.jpg\r\n' }))).toBe('https://example.org/cat.jpg');
    expect(linkOf(data({ 'text/plain': 'https://example.org/cat.jpg' }))).toBe('https://example.org/cat.jpg');
    expect(linkOf(data({ 'text/plain': 'cat' }))).toBeNull();
  });

  it('gives way to a file that is dragged with it', () => {
    expect(isLink(data({ 'text/uri-list': 'https://example.org/cat.jpg' }))).toBe(true);
    expect(isLink(data({ 'text/uri-list': 'https://example.org/cat.jpg', Files: '' }))).toBe(false);
  });

  it('names its photo', () => {
    expect(nameIn('https://example.org/a/my%20cat.jpg?width=200')).toBe('my cat.jpg');
    expect(nameIn('https://example.org/')).toBe('example.org');
    expect(nameIn('https://example.org/100%.jpg')).toBe('100%.jpg');
  });
});
