import type { ComponentChildren } from 'preact'

/** A table that may be wider than the page: it scrolls by itself, also by keyboard. */
export function WideTable({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
    <section class="scroll" tabIndex={0} aria-label={label}>
      <table>{children}</table>
    </section>
  )
}
