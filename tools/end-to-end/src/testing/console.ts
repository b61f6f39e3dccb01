import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  accessibilityFaults,
  findChromium,
  keepPicture,
  overflowOf,
  startChromium,
} from './browser.ts';
import { placeOrder, type TestOrder } from '../orders.ts';
import type { WholeStack } from '../whole-stack.ts';
import { settled } from './paths.ts';

const windows = [
  { name: 'a desk', width: 1280, height: 800 },
  { name: 'a phone', width: 390, height: 844 },
] as const;

/** The address of each page, and what stands on it when it is there. */
const pages = [
  { name: 'payments', path: '/payments', shows: '[data-testid="payment-link"]' },
  { name: 'dead-letters', path: '/dead-letters', shows: '[data-testid="dead-letter-link"]' },
  { name: 'parked-keys', path: '/parked-keys', shows: '[data-testid="rows"]' },
  { name: 'reconciliation', path: '/reconciliation', shows: '[data-testid="rows"]' },
  { name: 'health', path: '/health', shows: '[data-testid="service-state"][data-ready="true"]' },
] as const;

const none = { accessibility: [], errors: [], isTooWide: false };

/**
 * The console in a real Chromium, where one is installed; otherwise it says that it was not run.
 *
 * It looks at what the suites before it have left: paid orders, dead letters, parked keys and a break.
 */
export function consoleSuite(stack: () => WholeStack): void {
  const executable = findChromium();
  if (executable === undefined) {
    process.stderr.write(
      'The browser test of the console was NOT RUN: no Chromium is installed. Install one, or name it in CHROMIUM_PATH.\n',
    );
    return;
  }
  describe.each(windows)('the console on $name', ({ width, height }) => {
    let browser: Browser;
    let page: Page;
    let order: TestOrder;
    let errors: string[];

    beforeAll(async () => {
      browser = await startChromium(executable);
      order = await placeOrder(stack(), { outcome: 'paid' });
      await settled(stack(), [order]);
    });

    afterAll(async () => {
      await browser.close();
    });

    beforeEach(async () => {
      const baseURL = stack().services.urlOf('console');
      page = await browser.newPage({ baseURL, viewport: { width, height } });
      page.setDefaultTimeout(10_000);
      errors = [];
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text());
      });
    });

    afterEach(async () => {
      await page.close();
    });

    /** What may be wrong with any page; a picture of it is kept. */
    async function faultsOf(name: string): Promise<unknown> {
      await keepPicture(page, `${name}-${width}`);
      const accessibility = await accessibilityFaults(page);
      return { accessibility, errors, isTooWide: (await overflowOf(page)) > 0 };
    }

    it.each(pages)('shows the page $name without a fault', async ({ name, path, shows }) => {
      await page.goto(path);
      await page.locator(shows).first().waitFor();

      expect(await faultsOf(name)).toEqual(none);
    });

    it('finds a payment and tells its story by mouse', async () => {
      await page.goto('/');
      await page.getByTestId('search').click();
      await page.getByTestId('search').fill(order.orderNumber);
      await page.getByTestId('search').press('Enter');
      await page.getByTestId('payment-link').filter({ hasText: order.orderNumber }).click();
      await page.getByTestId('hop').first().waitFor();
      const booked = page
        .getByTestId('hop')
        .filter({ hasText: 'Done: Record the customer payment' });
      await booked.getByRole('button').first().click();

      await page.getByTestId('hop-details').waitFor();
      expect(await page.getByTestId('payment-state').first().getAttribute('data-state')).toBe(
        'captured',
      );
      expect(await faultsOf('story')).toEqual(none);
    });

    it('finds a payment and tells its story by keyboard', async () => {
      await page.goto('/payments');
      await page.getByTestId('payment-link').first().waitFor();
      await page.keyboard.press('/');
      await page.keyboard.type(order.orderNumber);
      await page.keyboard.press('Enter');
      await page.waitForURL(/query=/);
      await focusFirst('payment-link');
      await page.keyboard.press('Enter');
      await page.getByTestId('hop').first().waitFor();
      const before = await page.getByTestId('hop').count();
      await page.keyboard.press('s');

      await page.waitForURL(/steps=true/);
      expect(await page.getByTestId('hop').count()).toBeGreaterThan(before);
    });

    it('opens a dead letter by mouse and by keyboard', async () => {
      await page.goto('/dead-letters');
      await page.getByTestId('dead-letter-link').first().click();
      await page.getByTestId('dead-letter').waitFor();
      expect(await faultsOf('dead-letter')).toEqual(none);
      await page.keyboard.press('Escape');
      await page.getByTestId('dead-letter').waitFor({ state: 'detached' });
      await focusFirst('dead-letter-link');
      await page.keyboard.press('Enter');

      await page.getByTestId('dead-letter').waitFor();
      expect(new URL(page.url()).searchParams.has('open')).toBe(true);
    });

    it('goes from page to page by two keys and by the palette', async () => {
      await page.goto('/payments');
      await page.getByTestId('payment-link').first().waitFor();
      for (const [key, path] of [
        ['k', '/parked-keys'],
        ['r', '/reconciliation'],
        ['h', '/health'],
      ] as const) {
        await page.keyboard.press('g');
        await page.keyboard.press(key);
        await page.waitForURL(`**${path}`);
      }
      await page.keyboard.press('Control+k');
      await page.getByRole('textbox', { name: 'Command' }).fill('Dead letters');
      await page.getByText('Dead letters', { exact: true }).last().waitFor();
      await page.keyboard.press('Enter');

      await page.waitForURL('**/dead-letters');
      await page.getByTestId('dead-letter-link').first().waitFor();
      expect(new URL(page.url()).pathname).toBe('/dead-letters');
    });

    it('goes from page to page by mouse', async () => {
      await page.goto('/payments');
      await page.getByTestId('payment-link').first().waitFor();
      for (const [name, path] of [
        ['Reconciliation', '/reconciliation'],
        ['Health', '/health'],
        ['Parked keys', '/parked-keys'],
      ] as const) {
        if (width < 768) await page.getByRole('button', { name: 'Pages' }).click();
        await page.getByRole('navigation', { name: 'Pages' }).getByText(name).click();
        await page.waitForURL(`**${path}`);
        await page.getByRole('heading', { name }).waitFor();
        expect(new URL(page.url()).pathname).toBe(path);
      }
    });

    /** Goes by the Tab key until a link of the list has the focus. */
    async function focusFirst(testId: string): Promise<void> {
      await page.getByTestId(testId).first().waitFor();
      for (let presses = 0; presses < 40; presses += 1) {
        await page.keyboard.press('Tab');
        const focused = await page.evaluate('document.activeElement?.dataset.testid');
        if (focused === testId) return;
      }
      throw new Error(`No ${testId} is reached by the Tab key.`);
    }
  });
}
