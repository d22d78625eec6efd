import { choice, type Field } from '../options/fields.js'

/** Options of fitting a latent model, each described once. */
export const latentFields: readonly Field[] = [
  {
    name: 'latent',
    label: 'Latent coordinates',
    kind: 'text',
    range: 'pca:K, diffusion-map:K (K a whole number or auto), autoencoder:K, or onnx:ENCODER,DECODER',
    default: 'none: rows are drawn in their own columns',
    sentence: 'Draws in few coordinates and decodes: for tables of very many columns, such as images.',
    source: 'Gottwald, Li, Marzouk, Reich, arXiv 2401.04372; Coifman, Lafon, ACHA 2006 (diffusion maps)'
  },
  {
    name: 'image',
    kind: 'text',
    unit: 'pixels',
    range: 'WIDTHxHEIGHT',
    default: 'rows are no images',
    needs: 'latent',
    sentence: 'The numeric columns are the pixels of an image, row by row: they share one scale, and the report shows images.'
  }
]

/** Options of drawing from a latent model, each described once. */
export const latentDrawFields: readonly Field[] = [
  {
    name: 'dynamics',
    label: 'How these are drawn',
    ...choice('langevin', 'bridge'),
    default: 'langevin',
    needs: 'latent',
    excludes: [{ value: 'bridge', beside: ['local'], because: 'dynamics of one coordinate after another: the bridge moves all at once' }],
    sentence:
      'How latent coordinates are drawn: chains, or a bridge on [0, 1] in --steps steps from blurred data (--start noise: from a Gaussian) to the data.',
    source: 'Jiao, Kang, Lin, Liu, Zuo, arXiv 2404.13309; Wang et al., ICML 2021; Pooladian, Niles-Weed, arXiv 2408.11686'
  }
]
