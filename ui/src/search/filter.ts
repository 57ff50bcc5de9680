// A filter in words, part by part, so that each part can be taken off by itself.

import { fileSize, t } from '../i18n/index.svelte';
import type { FolderInfo, SearchFilter } from '../wire';

export const NO_FILTER: SearchFilter = { taken_from: null, taken_until: null, formats: [], min_bytes: null, max_bytes: null, orientation: null, folder: null };

/** The formats that the engine reads, by its names. */
export const FORMATS = ['jpeg', 'png', 'heif', 'webp', 'gif', 'tiff', 'avif', 'bmp', 'jpeg-xl'] as const;

/** As people know them; the same in every language. */
export function formatName(format: string): string {
  return { heif: 'HEIC', webp: 'WebP', 'jpeg-xl': 'JPEG XL' }[format] ?? format.toUpperCase();
}

export const ORIENTATIONS = ['landscape', 'portrait', 'square'] as const;

export interface FilterPart {
  field: keyof SearchFilter;
  text: string;
  /** What is left when it is taken off. */
  without: SearchFilter | null;
}

export function partsOf(filter: SearchFilter | null, folders: readonly FolderInfo[]): FilterPart[] {
  if (!filter) return [];
  const parts: [keyof SearchFilter, string | null][] = [
    ['taken_from', filter.taken_from && t('filter.chip.from', { date: filter.taken_from })],
    ['taken_until', filter.taken_until && t('filter.chip.until', { date: filter.taken_until })],
    ['formats', filter.formats.map(formatName).join(', ')],
    ['min_bytes', filter.min_bytes === null ? null : t('filter.chip.min', { size: fileSize(filter.min_bytes) })],
    ['max_bytes', filter.max_bytes === null ? null : t('filter.chip.max', { size: fileSize(filter.max_bytes) })],
    ['orientation', filter.orientation && t(`filter.orientation.${filter.orientation}`)],
    ['folder', filter.folder === null ? null : t('filter.chip.folder', { name: folders.find(({ id }) => id === filter.folder)?.name ?? String(filter.folder) })],
  ];
  return parts.flatMap(([field, text]) => (text ? [{ field, text, without: tidy({ ...filter, [field]: NO_FILTER[field] }) }] : []));
}

/** None where it lets everything pass. */
export function tidy(filter: SearchFilter): SearchFilter | null {
  const { formats, ...rest } = filter;
  return formats.length > 0 || Object.values(rest).some((value) => value !== null) ? filter : null;
}
