import { ActionIcon, CopyButton, Group } from '@mantine/core';
import { Check, Copy } from 'lucide-react';
import { shortId } from './format.ts';

/** An id, shortened, with a button that copies the whole of it. */
export function ShortId({
  id,
  isWhole = false,
}: {
  readonly id: string;
  readonly isWhole?: boolean;
}) {
  return (
    <Group
      component="span"
      gap={2}
      wrap="nowrap"
      display="inline-flex"
      style={{ verticalAlign: 'middle' }}
    >
      <span className="mono" title={id}>
        {isWhole ? id : shortId(id)}
      </span>
      <CopyButton value={id} timeout={1_500}>
        {({ copied, copy }) => (
          <ActionIcon
            variant="subtle"
            color="gray"
            size="xs"
            aria-label={copied ? 'Copied' : `Copy ${id}`}
            onClick={(event) => {
              event.stopPropagation();
              copy();
            }}
          >
            {copied ? <Check size={12} /> : <Copy size={12} />}
          </ActionIcon>
        )}
      </CopyButton>
    </Group>
  );
}
