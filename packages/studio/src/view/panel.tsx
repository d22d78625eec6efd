import type { Panel as Drawing } from 'sbridge/internal/report'
import { figureSvg, type LegendPart } from './figure.js'
import { FigureButtons } from './figure-buttons.js'

interface PanelProps {
  /** Name of the table. */
  readonly file: string
  readonly drawing: Drawing
  /** What a figure on its own says besides. */
  readonly legend: () => readonly LegendPart[]
  readonly notes: () => readonly string[]
}

/** A drawing of the report, with what it does not say itself. */
export function Panel({ file, drawing: { title, detail, drawings, widths, remarks }, legend, notes }: PanelProps) {
  const texts = drawings.map(({ text }) => text)
  const svg = () => figureSvg(texts, { title, legend: legend(), notes: [detail, ...remarks, ...notes()].filter((note) => note !== '') })
  return (
    <figure>
      <figcaption>
        <strong>{title}</strong>
        <FigureButtons name={`${file}-${title}`} svg={svg} />
        <span class="soft">{detail}</span>
      </figcaption>
      <div class={widths ? 'pair' : ''} style={widths ? { gridTemplateColumns: widths.map((width) => `${width}fr`).join(' ') } : {}}>
        {texts.map((one, i) => (
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
