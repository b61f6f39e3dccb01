import type { ErrorComponentProps } from '@tanstack/react-router';
import { EmptyState, FailureNotice } from '../parts/page-states.tsx';

/** An address that leads nowhere. */
export function UnknownPage() {
  return (
    <EmptyState
      title="No such page"
      sentence="The address leads nowhere. Choose a page on the left."
    />
  );
}

/** A page that could not be drawn. */
export function RouteFailure({ error, reset }: ErrorComponentProps) {
  return <FailureNotice error={error} retry={reset} />;
}
