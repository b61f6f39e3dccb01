import {
  ActionIcon,
  AppShell,
  Badge,
  Burger,
  Group,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import { Command, Moon, Sun } from 'lucide-react';
import { lazy, Suspense, useCallback, useRef, useState } from 'react';
import { useLiveUpdates } from '../api/live.ts';
import { frameQuery } from '../api/queries.ts';
import { useKeys } from './keys.ts';
import { Navigation } from './navigation.tsx';
import { SearchField } from './search-field.tsx';

const Palette = lazy(async () => ({ default: (await import('./palette.tsx')).Palette }));
const KeysWindow = lazy(async () => ({ default: (await import('./keys-window.tsx')).KeysWindow }));

/** The frame around every page: navigation, search, environment, palette. */
export function Shell() {
  const [isMenuOpen, menu] = useDisclosure(false);
  const [overlay, setOverlay] = useState<'palette' | 'keys'>();
  const field = useRef<HTMLInputElement>(null);
  const isLive = useLiveUpdates();
  const openPalette = useCallback(() => setOverlay('palette'), []);
  const openKeys = useCallback(() => setOverlay('keys'), []);
  const focusSearch = useCallback(() => field.current?.focus(), []);
  // One overlay may close while the other opens.
  const closePalette = useCallback(
    () => setOverlay((now) => (now === 'palette' ? undefined : now)),
    [],
  );
  const closeKeys = useCallback(() => setOverlay((now) => (now === 'keys' ? undefined : now)), []);
  useKeys({ openPalette, openKeys, focusSearch });
  return (
    <AppShell
      header={{ height: 48 }}
      navbar={{ width: 196, breakpoint: 'sm', collapsed: { mobile: !isMenuOpen } }}
      padding="md"
      transitionDuration={0}
    >
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <AppShell.Header>
        <Group h="100%" px="sm" gap="sm" wrap="nowrap">
          <Burger
            opened={isMenuOpen}
            onClick={menu.toggle}
            hiddenFrom="sm"
            size="sm"
            aria-label="Pages"
          />
          <Text fw={700} visibleFrom="sm" w={92} fz="md">
            Sluice
          </Text>
          <SearchField field={field} />
          <Group gap={6} wrap="nowrap" ml="auto">
            <Environment isLive={isLive} />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label="Commands (Ctrl K)"
              title="Commands (Ctrl K)"
              onClick={openPalette}
            >
              <Command size={16} />
            </ActionIcon>
            <SchemeButton />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p={6}>
        <Navigation onChoose={menu.close} />
      </AppShell.Navbar>
      <AppShell.Main id="main">
        <Outlet />
      </AppShell.Main>
      <Suspense>
        {overlay === 'palette' ? <Palette onClose={closePalette} /> : null}
        {overlay === 'keys' ? <KeysWindow onClose={closeKeys} /> : null}
      </Suspense>
    </AppShell>
  );
}

/** Production is red, so that nobody takes it for anything else. */
function environmentColor(name: string): string {
  if (/prod|live/i.test(name)) return 'red';
  return /local|dev/i.test(name) ? 'gray' : 'orange';
}

function Environment({ isLive }: { readonly isLive: boolean }) {
  const { data } = useQuery(frameQuery);
  const name = data?.environmentName ?? '…';
  const told = isLive
    ? 'Live: changes show by themselves'
    : 'Not live: trying to reach the console';
  return (
    <Badge
      variant={environmentColor(name) === 'gray' ? 'default' : 'filled'}
      color={environmentColor(name)}
      radius="sm"
      tt="none"
      fw={600}
      title={told}
      data-testid="environment"
      data-live={isLive}
      leftSection={<span className={isLive ? 'good' : 'bad'}>{isLive ? '●' : '○'}</span>}
    >
      {name}
    </Badge>
  );
}

function SchemeButton() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const next = scheme === 'dark' ? 'light' : 'dark';
  const words = `${next === 'dark' ? 'Dark' : 'Light'} colours`;
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={words}
      title={words}
      onClick={() => setColorScheme(next)}
    >
      {next === 'dark' ? <Moon size={16} /> : <Sun size={16} />}
    </ActionIcon>
  );
}
