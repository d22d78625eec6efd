import { useRef } from 'preact/hooks'
import { coordinates, look, pointed, result, session, visibleColumns } from '../../state/diffusion-map.js'
import { Legend, Pointed, Scatter } from '../shaded/scatter.js'
import { useIntoSight } from '../sight.js'
import '../shaded/shaded.css'

const of = { ...session, look, pointed }

/** The map and the data side by side: a dot that is pointed at in one is ringed in both. */
export function Scatters() {
  const stage = useRef<HTMLElement>(null)
  useIntoSight(stage, result.value)
  return (
    <section class="stage" aria-label="Map and data" ref={stage}>
      <Legend of={of} />
      <div class="linked">
        {session.picture.value?.map && (
          <Scatter of={of} which="map" title="Map" axes={['x', 'y']} names={[...coordinates.value, ...visibleColumns.value]} />
        )}
        <Scatter of={of} which="data" title="Data" axes={['right', 'up']} names={visibleColumns.value} />
      </div>
      <Pointed of={of} otherwise="Point at a dot, or move with the arrow keys: its row is ringed in both." />
    </section>
  )
}
