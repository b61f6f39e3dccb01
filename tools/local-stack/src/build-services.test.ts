import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contentStamp, tellingLines } from './build-services.ts';
import { temporaryFolder } from './fixtures/temporary-folder.ts';

describe('contentStamp', () => {
  it('changes with the content of any file, but not with what a build writes', () => {
    const folder = temporaryFolder('stamp');
    mkdirSync(join(folder, 'src'));
    writeFileSync(join(folder, 'src/main.ts'), 'one');
    const before = contentStamp([folder]);

    mkdirSync(join(folder, 'dist'));
    writeFileSync(join(folder, 'dist/main.js'), 'built');
    const afterBuild = contentStamp([folder]);
    writeFileSync(join(folder, 'src/main.ts'), 'two');

    expect(afterBuild).toBe(before);
    expect(contentStamp([folder])).not.toBe(before);
  });

  it('changes when a file is renamed', () => {
    const folder = temporaryFolder('stamp');
    writeFileSync(join(folder, 'a.ts'), 'same');
    const before = contentStamp([join(folder, 'a.ts')]);
    writeFileSync(join(folder, 'b.ts'), 'same');

    expect(contentStamp([join(folder, 'b.ts')])).not.toBe(before);
  });
});

describe('tellingLines', () => {
  it('starts at the first error', () => {
    const output = 'main.js built\n ERROR  Build failed\ncannot resolve x\nother project built';

    expect(tellingLines(output)).toBe(
      ' ERROR  Build failed\ncannot resolve x\nother project built',
    );
  });

  it('shows the end of an output that names no error', () => {
    expect(tellingLines('first\nlast')).toBe('first\nlast');
  });
});
