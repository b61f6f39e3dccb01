import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { pages } from './pages.ts';

const secondKeyMs = 1_500;

/** What keys do besides going to a page. */
export interface KeyActions {
  readonly openPalette: () => void;
  readonly openKeys: () => void;
  readonly focusSearch: () => void;
}

/** Keys that work on every page: `g` and a letter, `/`, `?`, and Ctrl or Cmd K. */
export function useKeys({ openPalette, openKeys, focusSearch }: KeyActions): void {
  const navigate = useNavigate();
  useEffect(() => {
    let goUntilMs = 0;
    const press = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        openPalette();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const page = Date.now() < goUntilMs ? pages.find(({ key }) => key === event.key) : undefined;
      goUntilMs = event.key === 'g' ? Date.now() + secondKeyMs : 0;
      if (page !== undefined) void navigate({ to: page.path });
      else if (event.key === '?') openKeys();
      else if (event.key === '/') {
        event.preventDefault();
        focusSearch();
      }
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [navigate, openPalette, openKeys, focusSearch]);
}

/** True while a key press belongs to a field. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
