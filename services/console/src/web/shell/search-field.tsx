import { Kbd, TextInput } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { useEffect, useState, type RefObject } from 'react';

/** Search over everything; Enter shows what was found on the payments page. */
export function SearchField({ field }: { readonly field: RefObject<HTMLInputElement | null> }) {
  const navigate = useNavigate();
  const { query = '' } = useSearch({ strict: false });
  const [text, setText] = useState(query);
  useEffect(() => setText(query), [query]);
  return (
    <form
      role="search"
      style={{ flex: 1, maxWidth: 420, minWidth: 0 }}
      onSubmit={(event) => {
        event.preventDefault();
        const trimmed = text.trim();
        void navigate({ to: '/payments', search: trimmed === '' ? {} : { query: trimmed } });
      }}
    >
      <TextInput
        ref={field}
        size="xs"
        type="search"
        maxLength={200}
        aria-label="Search"
        data-testid="search"
        placeholder="Order number, payment id, Zoho id, e-mail"
        leftSection={<Search size={14} aria-hidden />}
        rightSection={
          <Kbd size="xs" visibleFrom="sm">
            /
          </Kbd>
        }
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </form>
  );
}
