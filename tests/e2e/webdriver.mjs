// As much of the WebDriver protocol as driving one window takes, over plain fetch.

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

export class Window {
  #session;

  static async open(driver, application, args = []) {
    const window = new Window();
    const capabilities = { alwaysMatch: { 'tauri:options': { application, args } } };
    const { sessionId } = await send('POST', `${driver}/session`, { capabilities });
    window.#session = `${driver}/session/${sessionId}`;
    return window;
  }

  close() {
    return send('DELETE', this.#session);
  }

  resize(width, height) {
    return send('POST', `${this.#session}/window/rect`, { x: 0, y: 0, width, height });
  }

  /** Runs a function body in the page. */
  run(script, ...args) {
    return send('POST', `${this.#session}/execute/sync`, { script, args });
  }

  /** PNG bytes. */
  async screenshot() {
    return Buffer.from(await send('GET', `${this.#session}/screenshot`), 'base64');
  }

  async find(selector) {
    return this.#find('css selector', selector);
  }

  async #find(using, value) {
    const found = await send('POST', `${this.#session}/element`, { using, value });
    return found[ELEMENT];
  }

  /** Clicks the button of the sidebar whose words begin so. */
  async goTo(words) {
    await this.until(`${words} in the sidebar`, `return [...document.querySelectorAll('nav button')].some((button) => button.innerText.trim().startsWith(${JSON.stringify(words)}))`);
    const value = `//nav//button[starts-with(normalize-space(.), ${JSON.stringify(words)})]`;
    await send('POST', `${this.#session}/element/${await this.#find('xpath', value)}/click`, {});
  }

  /** Waits for the element, then clicks it where a user would. */
  async click(selector) {
    await this.until(`${selector} to click`, `return document.querySelector(${JSON.stringify(selector)}) !== null`);
    await send('POST', `${this.#session}/element/${await this.find(selector)}/click`, {});
  }

  async type(selector, text) {
    await this.until(`${selector} to type into`, `return document.querySelector(${JSON.stringify(selector)}) !== null`);
    await send('POST', `${this.#session}/element/${await this.find(selector)}/value`, { text });
  }

  /** Waits until the script returns something true, and returns it. */
  async until(what, script, seconds = 20) {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const value = await this.run(script);
      if (value) return value;
      if (Date.now() > deadline) {
        const shown = await this.run('return document.body.innerText.slice(0, 2000)');
        throw new Error(`waited ${seconds} s for ${what}; the window shows:\n${shown}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Waits until the driver answers. */
export async function driverIsUp(driver, seconds = 20) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    try {
      await fetch(`${driver}/status`);
      return;
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`no WebDriver at ${driver}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function send(method, url, body) {
  const response = await fetch(url, { method, body: body && JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`${method} ${new URL(url).pathname.replace(/\/session\/[^/]+/, '')}: ${value.error}: ${value.message}`);
  return value;
}
