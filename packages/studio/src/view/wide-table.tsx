import type { ComponentChildren } from 'preact'

interface WideTableProps {
  readonly label: string
  /** Headings; those that end in `#` head columns of numbers. */
  readonly head: readonly string[]
  /** The first cell of every row is its heading. */
  readonly rows: readonly (readonly ComponentChildren[])[]
}

/** A table that may be wider than the page: it scrolls by itself, also by keyboard. */
export function WideTable({ label, head, rows }: WideTableProps) {
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
          {rows.map(([heading, ...cells], r) => (
            <tr key={r}>
              <th scope="row">{heading}</th>
              {cells.map((cell, c) => (
                <td key={head[c + 1]} class={kind(c + 1)}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
