import { drawings, layerNames, source } from '../state/session.js'
import type { Drawing } from '../work/messages.js'
import { beside, FigureButtons, pixels } from './figure-buttons.js'

/** The report's drawings: every column, and the columns that belong together. */
export function Pictures() {
  const single = drawings.value.filter((drawing) => drawing.svgs.length === 1)
  const pairs = drawings.value.filter((drawing) => drawing.svgs.length > 1)
  if (drawings.value.length === 0) return null
  return (
    <section class="pictures" aria-labelledby="pictures-heading">
      <h2 id="pictures-heading">Column by column</h2>
      <p class="soft key">
        <i class="real" aria-hidden="true" /> {layerNames.value.real}, <i class="synthetic" aria-hidden="true" />{' '}
        {layerNames.value.synthetic}; in percent of the rows that have a value
      </p>
      <div class="panels">
        {single.map((drawing) => (
          <Panel key={drawing.title} drawing={drawing} />
        ))}
      </div>
      {pairs.length > 0 && (
        <>
          <h3>
            Columns that belong together: {layerNames.value.real} on the left, {layerNames.value.synthetic} on the right
          </h3>
          <div class="panels wide">
            {pairs.map((drawing) => (
              <Panel key={drawing.title} drawing={drawing} />
            ))}
          </div>
        </>
      )}
    </section>
  )
}

function Panel({ drawing: { title, detail, svgs } }: { drawing: Drawing }) {
  const name = `${source.value!.name}-${title}`
  const svg = () => beside(svgs)
  return (
    <figure>
      <figcaption>
        <strong>{title}</strong> <span class="soft">{detail}</span>
        <FigureButtons name={name} svg={svg} png={() => pixels(svg())} />
      </figcaption>
      <div class={svgs.length > 1 ? 'pair' : ''} style={svgs.length > 1 ? { gridTemplateColumns: widthsOf(svgs) } : {}}>
        {svgs.map((one, i) => (
          // The report's own drawing, in which every word from the data is escaped.
          <div key={i} dangerouslySetInnerHTML={{ __html: one }} />
        ))}
      </div>
    </figure>
  )
}

/** Columns in the proportion of the drawings, so that both have one scale. */
function widthsOf(svgs: readonly string[]): string {
  return svgs.map((svg) => `${/viewBox="[\d.-]+ [\d.-]+ ([\d.]+)/.exec(svg)?.[1] ?? 1}fr`).join(' ')
}
