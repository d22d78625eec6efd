import { drawings } from '../state/measuring.js'
import { layerNames, source } from '../state/sampling.js'
import type { Drawing } from '../work/messages.js'
import { dot, figureSvg } from './figure.js'
import { FigureButtons } from './figure-buttons.js'
import { knownWords } from './scatter-figure.js'
import { colour } from './theme.js'

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

function Panel({ drawing }: { drawing: Drawing }) {
  const { title, detail, svgs, remarks } = drawing
  return (
    <figure>
      <figcaption>
        <strong>{title}</strong>
        <FigureButtons name={`${source.value!.name}-${title}`} svg={() => panelFigure(drawing)} />
        <span class="soft">{detail}</span>
      </figcaption>
      <div class={svgs.length > 1 ? 'pair' : ''} style={svgs.length > 1 ? { gridTemplateColumns: widthsOf(svgs) } : {}}>
        {svgs.map((one, i) => (
          // The report's own drawing, in which every word from the data is escaped.
          <div key={i} dangerouslySetInnerHTML={{ __html: one }} />
        ))}
      </div>
      {remarks.map((remark) => (
        <p key={remark} class="soft remark">
          {remark}
        </p>
      ))}
    </figure>
  )
}

/** A panel as a document of its own. */
function panelFigure({ title, detail, svgs, remarks }: Drawing): string {
  const { real, synthetic } = layerNames.value
  // Two drawings are headed themselves.
  const legend = svgs.length > 1 ? [] : [dot(colour('real'), real), dot(colour('synthetic'), synthetic)]
  const unit = svgs.length > 1 ? '' : 'in percent of the rows that have a value'
  return figureSvg(svgs, { title, legend, notes: [detail, unit, ...remarks, ...knownWords()].filter((note) => note !== '') })
}

/** Columns in the proportion of the drawings, so that both have one scale. */
function widthsOf(svgs: readonly string[]): string {
  return svgs.map((svg) => `${/viewBox="[\d.-]+ [\d.-]+ ([\d.]+)/.exec(svg)?.[1] ?? 1}fr`).join(' ')
}
