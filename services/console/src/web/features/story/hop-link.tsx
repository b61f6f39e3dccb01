import { Anchor } from '@mantine/core';
import type { MouseEvent } from 'react';
import { ShortId } from '../../parts/short-id.tsx';
import { hrefOfHop, type StoryLinks } from './story-links.ts';

/** An event by its id: a way to its hop where the story tells it, otherwise the id alone. */
export function HopLink({ id, links }: { readonly id: string; readonly links: StoryLinks }) {
  const title = links.titleOf(id);
  if (title === undefined) return <ShortId id={id} />;
  return (
    <>
      <HopAnchor id={id} links={links} title={title} /> <ShortId id={id} />
    </>
  );
}

/** The way to a hop, by words of one's own. */
export function HopAnchor(props: {
  readonly id: string;
  readonly links: StoryLinks;
  readonly title: string;
  /** The whole name, for those who hear it without what stands around it. */
  readonly label?: string;
  /** Shows the steps of flows in any case. @default only when the hop is one */
  readonly withSteps?: boolean;
}) {
  const { id, links, title, label } = props;
  const withSteps = props.withSteps === true || links.isStep(id);
  const follow = (event: MouseEvent): void => {
    // With a key held, the browser opens the address elsewhere as for any link.
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    links.reveal(id, withSteps);
  };
  return (
    <Anchor
      href={hrefOfHop(id, withSteps)}
      onClick={follow}
      fz="sm"
      aria-label={label}
      data-testid="hop-link"
    >
      {title}
    </Anchor>
  );
}
