import { Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { Inbox } from 'lucide-react';
import type { ReactNode } from 'react';
import type { UnansweredView } from '../../views.ts';
import { ApiProblem } from '../api/client.ts';

/** The head of a page: its name, a sentence, and what can be done. */
export function PageHead(props: {
  readonly title: string;
  readonly sentence?: string;
  readonly children?: ReactNode;
}) {
  return (
    <Group justify="space-between" align="flex-end" gap="sm" mb="sm">
      <div>
        <Title order={1}>{props.title}</Title>
        {props.sentence === undefined ? null : <Text className="soft">{props.sentence}</Text>}
      </div>
      <Group gap="xs">{props.children}</Group>
    </Group>
  );
}

/** Rows that are on their way, as high as those that will come. */
export function LoadingRows({ rows = 12 }: { readonly rows?: number }) {
  return (
    <Stack gap={10} py="xs" aria-label="Loading" role="status" data-testid="loading">
      {Array.from({ length: rows }, (_, index) => (
        <Skeleton key={index} height={26} radius="xs" />
      ))}
    </Stack>
  );
}

/** Nothing is there, and that is an answer. */
export function EmptyState({
  title,
  sentence,
}: {
  readonly title: string;
  readonly sentence: string;
}) {
  return (
    <Stack align="center" gap={4} py={56} data-testid="empty">
      <Inbox size={28} aria-hidden className="soft" />
      <Text fw={600}>{title}</Text>
      <Text className="soft" ta="center" maw={440}>
        {sentence}
      </Text>
    </Stack>
  );
}

/** What went wrong, what to do, and by which id it is found. */
export function FailureNotice(props: { readonly error: unknown; readonly retry: () => void }) {
  const problem = props.error instanceof ApiProblem ? props.error : undefined;
  const traceId = problem?.traceId ?? null;
  return (
    <div className="notice bad" role="alert" data-testid="failure">
      <Text fw={600}>{problem?.message ?? 'The page made a mistake.'}</Text>
      <Group gap="sm" mt={4}>
        <Button size="compact-xs" variant="default" onClick={props.retry}>
          Try again
        </Button>
        {problem === undefined ? null : <Text className="soft mono">{problem.code}</Text>}
        {traceId === null ? null : <Text className="soft mono">trace {traceId}</Text>}
      </Group>
    </div>
  );
}

/** Names the services whose part of the page is missing. */
export function Unanswered({ services }: { readonly services: readonly UnansweredView[] }) {
  if (services.length === 0) return null;
  return (
    <div className="notice" role="status" data-testid="unanswered">
      <Text fw={600}>Not complete</Text>
      {services.map(({ service, reason }) => (
        <Text key={service} className="soft">
          {service}: {reason}
        </Text>
      ))}
    </div>
  );
}
