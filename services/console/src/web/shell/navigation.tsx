import { NavLink } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useRouterState } from '@tanstack/react-router';
import { frameQuery, parkedKeysQuery } from '../api/queries.ts';
import { pages, type NavigationPage } from './pages.ts';

/** The pages, with counts of what waits for people. */
export function Navigation({ onChoose }: { readonly onChoose: () => void }) {
  const frame = useQuery(frameQuery);
  const parked = useQuery(parkedKeysQuery);
  const pathname = useRouterState({ select: ({ location }) => location.pathname });
  const counts: Partial<Record<NavigationPage['path'], number | undefined>> = {
    '/dead-letters': frame.data?.deadLetters,
    '/parked-keys': parked.data?.parkedKeys.length,
    '/reconciliation': frame.data?.openBreaks,
  };
  return (
    <nav aria-label="Pages">
      {pages.map(({ path, name, icon: Icon }) => {
        const count = counts[path] ?? 0;
        const isHere =
          pathname.startsWith(path) || (path === '/payments' && pathname.startsWith('/orders'));
        return (
          <NavLink
            key={path}
            component={Link}
            to={path}
            label={name}
            active={isHere}
            aria-current={isHere ? 'page' : undefined}
            leftSection={<Icon size={16} aria-hidden />}
            rightSection={count === 0 ? null : <Count count={count} />}
            onClick={onChoose}
          />
        );
      })}
    </nav>
  );
}

function Count({ count }: { readonly count: number }) {
  return (
    <span className="bad" style={{ fontVariantNumeric: 'tabular-nums', fontWeight: 600 }}>
      {count}
      <span className="skip"> waiting</span>
    </span>
  );
}
