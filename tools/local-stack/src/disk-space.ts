import { statfs } from 'node:fs/promises';
import { diskFull } from './stack-failure.ts';

/** Free space below which starting makes no sense: a broker that fills the disk loses its data folder. */
export const freeBytesMin = 512 * 1024 * 1024;

/** Refuses to start on a disk that is nearly full. */
export async function checkDiskSpace(folder: string, bytesMin = freeBytesMin): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < bytesMin) throw diskFull(folder);
}
