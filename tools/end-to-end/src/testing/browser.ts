import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@sluice/local-stack';
import axe from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
const artefactFolder = join(repositoryRoot, 'test-artefacts/console');

/** The Chromium of this machine, or nothing; `CHROMIUM_PATH` names one that stands elsewhere. */
export function findChromium(): string | undefined {
  const named = process.env['CHROMIUM_PATH'];
  return [...(named ? [named] : []), ...places].find((path) => existsSync(path));
}

/** Starts the browser without anything that would speak to the outside. */
export async function startChromium(executablePath: string): Promise<Browser> {
  return await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}

/** What axe calls serious or critical on the page as it stands, one sentence each. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run(document)')) as axe.AxeResults;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}

/** How many pixels the page is wider than the window. */
export async function overflowOf(page: Page): Promise<number> {
  const root = 'document.documentElement';
  return Number(await page.evaluate(`${root}.scrollWidth - ${root}.clientWidth`));
}

/** Keeps a picture of the page for people to look at. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  mkdirSync(artefactFolder, { recursive: true });
  await page.screenshot({ path: join(artefactFolder, `${name}.png`) });
}
