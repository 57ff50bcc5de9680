// Web addresses of photos, as they are typed, pasted or dropped.

/** The address that a text is; null where it is anything else. */
export function linkIn(text: string): string | null {
  const address = text.trim();
  if (!/^https?:\/\/\S+$/i.test(address)) return null;
  try {
    return new URL(address).href;
  } catch {
    return null;
  }
}

/** The first address among what was pasted or dropped. A list of addresses has comments, which begin with `#`. */
export function linkOf(data: DataTransfer): string | null {
  const lines = [...data.getData('text/uri-list').split(/\r?\n/), data.getData('text/plain')];
  for (const line of lines) {
    const link = linkIn(line);
    if (link) return link;
  }
  return null;
}

/** Whether something that is dragged is a link and nothing else: a picture of another page also comes as a file. */
export function isLink(data: DataTransfer | null): boolean {
  return data !== null && data.types.includes('text/uri-list') && !data.types.includes('Files');
}

export function hostOf(url: string): string {
  return new URL(url).host;
}

/** What the address calls the photo, else where it is from. */
export function nameIn(url: string): string {
  const { host, pathname } = new URL(url);
  const last = pathname.split('/').findLast((part) => part !== '');
  if (last === undefined) return host;
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
