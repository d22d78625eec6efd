import type { TableFacts } from '../work/messages.js'

/** Columns that can be an axis or a colour. */
export const visibleNames = (facts: Pick<TableFacts, 'columns'> | null): string[] =>
  (facts?.columns ?? []).filter(({ kind }) => kind !== 'identifier').map(({ name }) => name)

/** Names with those of numbers first, then the others, then more: what is looked at where nothing is chosen. */
export function numbersFirst(facts: Pick<TableFacts, 'columns'> | null, names: readonly string[], more: readonly string[] = []): string[] {
  const numbers = new Set(facts?.columns.filter(({ kind }) => kind === 'number' || kind === 'integer').map(({ name }) => name))
  return [...new Set([...names.filter((name) => numbers.has(name)), ...names, ...more])]
}

/** What a person chose where that can be, else what is usual. */
export const pick = (chosen: string | null, among: readonly string[], usual: string | undefined): string =>
  chosen !== null && among.includes(chosen) ? chosen : (usual ?? '')
