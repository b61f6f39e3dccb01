import '@mantine/spotlight/styles.css';
import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { createSpotlight, Spotlight } from '@mantine/spotlight';
import { useNavigate } from '@tanstack/react-router';
import { Moon, Search } from 'lucide-react';
import { useEffect, useState } from 'react';
import { pages } from './pages.ts';

const [store, spotlight] = createSpotlight();

/** The command palette: every page, a search, and the colours, by typing. */
export function Palette({ onClose }: { readonly onClose: () => void }) {
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  useEffect(() => spotlight.open(), []);
  const search = {
    id: 'search',
    label: text === '' ? 'Search payments' : `Search payments for “${text}”`,
    // Always offered, whatever was typed.
    keywords: [text],
    leftSection: <Search size={16} />,
    onClick: () => void navigate({ to: '/payments', search: text === '' ? {} : { query: text } }),
  };
  return (
    <Spotlight
      store={store}
      query={text}
      onQueryChange={setText}
      onSpotlightClose={onClose}
      shortcut={null}
      highlightQuery
      nothingFound="Nothing found"
      searchProps={{
        leftSection: <Search size={16} />,
        placeholder: 'Go to, search, do…',
        'aria-label': 'Command',
      }}
      actions={[
        ...pages.map(({ path, name, icon: Icon, key }) => ({
          id: path,
          label: name,
          description: `g ${key}`,
          leftSection: <Icon size={16} />,
          onClick: () => void navigate({ to: path }),
        })),
        search,
        {
          id: 'scheme',
          label: scheme === 'dark' ? 'Light colours' : 'Dark colours',
          leftSection: <Moon size={16} />,
          onClick: () => setColorScheme(scheme === 'dark' ? 'light' : 'dark'),
        },
      ]}
    />
  );
}
