import type { ComponentChildren } from 'preact'

interface WideTableProps {
  readonly label: string
  /** Headings; those that end in `#` head columns of numbers. */
  readonly head: readonly string[]
  readonly rows: readonly (readonly ComponentChildren[])[]
  /** Whether the first cell of every row is its heading. */
  readonly headed?: boolean
  readonly rowClass?: (row: number) => string
}

/** A table that may be wider than the page: it scrolls by itself, also by keyboard. */
export function WideTable({ label, head, rows, headed = true, rowClass }: WideTableProps) {
  const kind = (c: number) => (head[c]!.endsWith('#') ? 'number' : '')
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
    <section class="scroll" tabIndex={0} aria-label={label}>
      <table>
        <thead>
          <tr>
            {head.map((heading, c) => (
              <th key={heading} scope="col" class={kind(c)}>
                {heading.replace(/#$/, '')}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, r) => (
            <tr key={r} class={rowClass?.(r)}>
              {cells.map((cell, c) =>
                headed && c === 0 ? (
                  <th key={head[c]} scope="row">
                    {cell}
                  </th>
                ) : (
                  <td key={head[c]} class={kind(c)}>
                    {cell}
                  </td>
                )
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
