import { save } from '../state/session.js'
import { colour } from './theme.js'

interface FigureButtonsProps {
  /** Name of the files, without extension. */
  readonly name: string
  readonly svg: () => string | Promise<string>
  readonly png: () => Promise<Blob>
}

/** Saves a figure as a drawing or as pixels. */
export function FigureButtons({ name, svg, png }: FigureButtonsProps) {
  const file = name.replace(/[^\w.-]+/g, '-')
  const saveSvg = async () => save(new Blob([await svg()], { type: 'image/svg+xml' }), `${file}.svg`)
  const savePng = async () => save(await png(), `${file}.png`)
  return (
    <span class="figure-buttons">
      <button type="button" class="link" onClick={() => void saveSvg()} aria-label={`Save ${name} as SVG`}>
        SVG
      </button>
      <button type="button" class="link" onClick={() => void savePng()} aria-label={`Save ${name} as PNG`}>
        PNG
      </button>
    </span>
  )
}

/** An inline drawing on its own: colours of the page written out, on the page's ground. */
export function standalone(svg: string): string {
  const resolved = svg
    .replace(/var\(--([\w-]+)\)/g, (_, name: string) => colour(name === 'plot-background' ? 'paper' : name) || 'none')
    .replaceAll('currentColor', colour('ink'))
  const box = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(resolved)
  const ground = `<rect width="${box?.[1] ?? '100%'}" height="${box?.[2] ?? '100%'}" fill="${colour('paper')}"/>`
  const named = resolved.includes('xmlns=') ? resolved : resolved.replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"')
  return named.replace('<svg', '<svg font-family="Helvetica, Arial, sans-serif"').replace(/(<svg[^>]*>)/, `$1${ground}`)
}

/** A drawing as pixels, three for one. */
export async function pixels(svg: string): Promise<Blob> {
  const image = new Image()
  image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = image.naturalWidth * 3
  canvas.height = image.naturalHeight * 3
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height)
  return new Promise((resolve, reject) => canvas.toBlob((made) => (made ? resolve(made) : reject(new Error('no picture'))), 'image/png'))
}

/** Drawings side by side as one. */
export function beside(svgs: readonly string[]): string {
  if (svgs.length === 1) return standalone(svgs[0]!)
  let at = 0
  let height = 0
  const parts = svgs.map((svg) => {
    const [, width, tall] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg)!
    const part = standalone(svg).replace('<svg', `<svg x="${at}" y="0"`)
    at += Number(width)
    height = Math.max(height, Number(tall))
    return part
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${at}" height="${height}" viewBox="0 0 ${at} ${height}">${parts.join('')}</svg>`
}
