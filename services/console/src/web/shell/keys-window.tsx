import { Kbd, Modal, Table } from '@mantine/core';
import { pages } from './pages.ts';

const others: readonly (readonly [keys: readonly string[], does: string])[] = [
  [['Ctrl', 'K'], 'Command palette'],
  [['/'], 'Search'],
  [['↓', '↑'], 'From row to row, from hop to hop; also j and k'],
  [['Enter'], 'Open what has the focus'],
  [['c'], 'Copy the story of a payment'],
  [['s'], 'Show or hide the steps of flows'],
  [['?'], 'This list'],
];

/** What the keys do. */
export function KeysWindow({ onClose }: { readonly onClose: () => void }) {
  const rows = [...pages.map(({ key, name }) => [['g', key], name] as const), ...others];
  return (
    <Modal opened onClose={onClose} title="Keys" closeButtonProps={{ 'aria-label': 'Close' }}>
      <Table>
        <Table.Tbody>
          {rows.map(([keys, does]) => (
            <Table.Tr key={does}>
              <Table.Td w={110}>
                {keys.map((key) => (
                  <Kbd key={key} mr={4}>
                    {key}
                  </Kbd>
                ))}
              </Table.Td>
              <Table.Td>{does}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
