import { InputError } from '../../num/errors.js'

/** What `--latent` says: which codec, how many coordinates. */
export type LatentSpecification =
  | { readonly kind: 'pca' | 'diffusion-map'; readonly dimension: number | 'auto' }
  | { readonly kind: 'autoencoder'; readonly dimension: number }
  | { readonly kind: 'onnx'; readonly encoder: string; readonly decoder: string }

/** Reads `pca:8`, `pca:auto`, `diffusion-map:8`, `autoencoder:16` or `onnx:ENCODER,DECODER`. Throws `InputError` (code `option-value`). */
export function parseLatent(text: string): LatentSpecification {
  const [kind, rest = ''] = splitOnce(text, ':')
  if (kind === 'onnx') {
    const [encoder, decoder = ''] = splitOnce(rest, ',')
    if (encoder !== '' && decoder !== '') return { kind, encoder, decoder }
  }
  const dimension = rest === 'auto' || (rest === '' && kind !== 'autoencoder') ? 'auto' : Number(rest)
  const fits = dimension === 'auto' || (Number.isInteger(dimension) && dimension >= 1)
  if (fits && (kind === 'pca' || kind === 'diffusion-map')) return { kind, dimension }
  if (fits && kind === 'autoencoder' && dimension !== 'auto') return { kind, dimension }
  throw new InputError({
    code: 'option-value',
    got: `--latent ${text}`,
    expected: 'pca:K, diffusion-map:K (K a whole number or auto), autoencoder:K, or onnx:ENCODER,DECODER',
    try: '--latent pca:8'
  })
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}
