// The browser's own dialog for photos.

// Formats that browsers do not count among pictures are named one by one.
const PHOTOS = 'image/*,.heic,.heif,.avif,.jxl,.tif,.tiff';

/** None when the user closed the dialog. */
export function pickFiles(many: 'one' | 'several' = 'one'): Promise<File[]> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = PHOTOS;
    input.multiple = many === 'several';
    input.hidden = true;
    const done = (files: File[]) => {
      input.remove();
      resolve(files);
    };
    input.addEventListener('change', () => done([...(input.files ?? [])]));
    input.addEventListener('cancel', () => done([]));
    document.body.append(input); // some browsers forget an input that is nowhere
    input.click();
  });
}
