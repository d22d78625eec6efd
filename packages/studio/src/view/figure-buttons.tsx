import { refuse, save } from '../state/page.js'
import { Link } from './fields.js'
import { pixels } from './figure.js'

interface FigureButtonsProps {
  /** Name of the files, without extension. */
  readonly name: string
  /** The figure as a document of its own. */
  readonly svg: () => string | Promise<string>
}

/** Saves a figure as a drawing or as pixels. */
export function FigureButtons({ name, svg }: FigureButtonsProps) {
  const file = name.replace(/[^\p{L}\p{N}_.-]+/gu, '-')
  const saveAs = async (kind: 'svg' | 'png') => {
    try {
      const drawing = await svg()
      save(kind === 'svg' ? new Blob([drawing], { type: 'image/svg+xml' }) : await pixels(drawing), `${file}.${kind}`)
    } catch (error) {
      refuse({
        got: `a figure that could not be drawn (${error instanceof Error ? error.message : String(error)})`,
        expected: `${file}.${kind}`,
        remedy: 'fewer rows'
      })
    }
  }
  return (
    <span class="figure-buttons">
      {(['svg', 'png'] as const).map((kind) => (
        <Link key={kind} onClick={() => void saveAs(kind)} aria-label={`Save ${name} as ${kind.toUpperCase()}`}>
          {kind.toUpperCase()}
        </Link>
      ))}
    </span>
  )
}
