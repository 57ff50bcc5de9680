// Files dragged over the page and dropped on it.

export interface Dropped {
  files: File[];
  /** Names of dropped folders: a browser hands over their content, but not where they lie. */
  folders: string[];
}

export interface DragHandlers {
  over(): void;
  left(): void;
  dropped(what: Dropped): void;
}

export function watchDrag({ over, left, dropped }: DragHandlers): () => void {
  const stopped = new AbortController();
  const { signal } = stopped;
  const bringsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;

  addEventListener('dragenter', (event) => bringsFiles(event) && over(), { signal });
  // Leaving one element for another is not leaving the page.
  addEventListener('dragleave', (event) => event.relatedTarget === null && left(), { signal });
  addEventListener('dragover', (event) => bringsFiles(event) && event.preventDefault(), { signal });
  addEventListener('drop', (event) => {
    if (!event.dataTransfer || !bringsFiles(event)) return;
    event.preventDefault(); // the browser would open the file in place of this page
    dropped(droppedOf(event.dataTransfer));
  }, { signal });
  return () => stopped.abort();
}

function droppedOf(data: DataTransfer): Dropped {
  const files: File[] = [];
  const folders: string[] = [];
  for (const item of data.items) {
    if (item.kind !== 'file') continue;
    const entry = item.webkitGetAsEntry?.();
    const file = item.getAsFile();
    if (entry?.isDirectory) folders.push(entry.name);
    else if (file) files.push(file);
  }
  return { files, folders };
}
