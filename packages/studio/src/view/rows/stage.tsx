import { useRef } from 'preact/hooks'
import type { RowsState } from '../../state/rows.js'
import { Legend, Pointed, Scatter } from '../shaded/scatter.js'
import { useIntoSight } from '../sight.js'
import '../shaded/shaded.css'
import './rows.css'

/** The rows on two columns, coloured by what was found of them. */
export function Stage({ of: { session, look, columns, pointed } }: { readonly of: RowsState }) {
  const stage = useRef<HTMLElement>(null)
  useIntoSight(stage, session.result.value)
  const of = { ...session, look, pointed }
  return (
    <section class="stage" aria-label="Rows" ref={stage}>
      <Legend of={of} />
      <Scatter of={of} which="data" title="Rows" axes={['right', 'up']} names={columns.value} />
      <Pointed of={of} otherwise="Point at a dot, or move with the arrow keys: its row is named here." />
    </section>
  )
}
