import { useMediaQuery } from '@mantine/hooks';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import {
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
} from 'react';
import { phoneQuery } from '../theme.ts';

/** One column of a list. */
export interface Column<T> {
  readonly name: string;
  /** CSS width; the one column without takes what is left. */
  readonly width?: string;
  readonly isNumber?: boolean;
  readonly cell: (row: T) => ReactNode;
}

/** A long list: a table on wide screens, cards on a phone. Only what is in sight is drawn. */
export interface RowListProps<T> {
  readonly label: string;
  readonly rows: readonly T[];
  readonly columns: readonly Column<T>[];
  readonly cardHeight: number;
  readonly card: (row: T) => ReactNode;
  readonly keyOf: (row: T) => string;
  /** What a click anywhere on a row does; links inside keep their own. */
  readonly open?: (row: T) => void;
  /** Called when the end comes into sight. */
  readonly loadMore?: (() => void) | undefined;
}

const rowHeight = 36;
const overscan = 16;

export function RowList<T>(props: RowListProps<T>) {
  const isPhone = useMediaQuery(phoneQuery, undefined, { getInitialValueInEffect: false }) ?? false;
  const top = useRef<HTMLDivElement>(null);
  const [scrollMargin, setScrollMargin] = useState(0);
  // Notices above may come and go: where the list begins is measured after each drawing.
  useLayoutEffect(() => {
    const begins = (top.current?.getBoundingClientRect().top ?? 0) + window.scrollY;
    setScrollMargin((before) => (Math.abs(before - begins) > 1 ? begins : before));
  });
  const { rows, loadMore } = props;
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => (isPhone ? props.cardHeight : rowHeight),
    overscan,
    scrollMargin,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : props.keyOf(row);
    },
  });
  const items = virtual.getVirtualItems();
  const lastIndex = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (loadMore !== undefined && lastIndex >= rows.length - overscan) loadMore();
  }, [loadMore, lastIndex, rows.length]);
  const before = Math.max((items[0]?.start ?? 0) - scrollMargin, 0);
  const after = Math.max(virtual.getTotalSize() - ((items.at(-1)?.end ?? 0) - scrollMargin), 0);
  const shown = items.flatMap(({ index }) => {
    const row = rows[index];
    return row === undefined ? [] : [{ row, index }];
  });
  const inside = { ...props, shown, before, after };
  return (
    <div ref={top} onKeyDown={moveBetweenRows} data-testid="rows">
      {isPhone ? <Cards {...inside} /> : <WideTable {...inside} />}
    </div>
  );
}

type Shown<T> = RowListProps<T> & {
  readonly shown: readonly { readonly row: T; readonly index: number }[];
  readonly before: number;
  readonly after: number;
};

function WideTable<T>(props: Shown<T>) {
  const { columns, shown, before, after } = props;
  return (
    <table className="grid" aria-label={props.label} aria-rowcount={props.rows.length + 1}>
      <thead>
        <tr>
          {columns.map(({ name, width, isNumber }) => (
            <th key={name} scope="col" style={{ width }} className={isNumber ? 'number' : 'cut'}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        <Spacer height={before} span={columns.length} />
        {shown.map(({ row, index }) => (
          <tr
            key={props.keyOf(row)}
            data-row={props.keyOf(row)}
            aria-rowindex={index + 2}
            onClick={(event) => {
              const isInner = event.target instanceof Element && event.target.closest('a, button');
              if (!isInner) props.open?.(row);
            }}
          >
            {columns.map(({ name, isNumber, cell }) => (
              <td key={name} className={isNumber ? 'number' : 'cut'}>
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
        <Spacer height={after} span={columns.length} />
      </tbody>
    </table>
  );
}

function Cards<T>(props: Shown<T>) {
  return (
    <div role="list" aria-label={props.label}>
      <div style={{ height: props.before }} />
      {props.shown.map(({ row }) => (
        <div
          key={props.keyOf(row)}
          role="listitem"
          data-row={props.keyOf(row)}
          style={{ height: props.cardHeight, overflow: 'hidden' }}
        >
          {props.card(row)}
        </div>
      ))}
      <div style={{ height: props.after }} />
    </div>
  );
}

function Spacer({ height, span }: { readonly height: number; readonly span: number }) {
  if (height <= 0) return null;
  return (
    <tr className="spacer" aria-hidden>
      <td colSpan={span} style={{ height }} />
    </tr>
  );
}

const steps: Readonly<Record<string, number>> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };

/** Arrows, j and k go from row to row. */
function moveBetweenRows(event: KeyboardEvent<HTMLElement>): void {
  const step = event.ctrlKey || event.metaKey ? undefined : steps[event.key];
  const isTyping = event.target instanceof HTMLInputElement;
  if (step === undefined || isTyping) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-row] .rowlink')];
  const at = links.findIndex((link) => link === document.activeElement);
  const next = links[at === -1 ? 0 : at + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}
