import { scrubText } from '@sluice/pan-guard';

const previewCharactersMax = 4_000;
const rawBytesMax = 1_000;

/** Readable data as indented JSON, cut, with card numbers taken out. */
export function previewOfData(data: unknown): string {
  return cut(scrubText(JSON.stringify(data, null, 2)));
}

/** The beginning of raw bytes as text: what cannot be printed is a dot, card numbers are taken out. */
export function previewOfBytes(payload: Buffer | null): string {
  if (payload === null) return '';
  const text = payload.subarray(0, rawBytesMax).toString('latin1');
  return cut(scrubText(text.replaceAll(/[^\x20-\x7e\n]/g, '·')));
}

function cut(text: string): string {
  return text.length > previewCharactersMax ? `${text.slice(0, previewCharactersMax)}…` : text;
}
