import { ActionIcon, Anchor, CopyButton, Group } from '@mantine/core';
import { Check, Copy, ExternalLink } from 'lucide-react';
import { shortId } from './format.ts';

/** An id, shortened, with a button that copies the whole of it, and a link where it has a page. */
export function ShortId({
  id,
  isWhole = false,
  url = null,
}: {
  readonly id: string;
  readonly isWhole?: boolean;
  readonly url?: string | null;
}) {
  return (
    <Group
      component="span"
      gap={2}
      wrap="nowrap"
      display="inline-flex"
      style={{ verticalAlign: 'middle' }}
    >
      {url === null ? (
        <span className="mono" title={id}>
          {isWhole ? id : shortId(id)}
        </span>
      ) : (
        <Anchor
          href={url}
          target="_blank"
          rel="noreferrer"
          fz="sm"
          title={id}
          data-testid="record-link"
        >
          <span className="mono">{isWhole ? id : shortId(id)}</span>{' '}
          <ExternalLink size={12} aria-label="opens in a new page" />
        </Anchor>
      )}
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
