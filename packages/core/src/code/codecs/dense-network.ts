import { type Matrix, matrix } from '../../num/matrix.js'
import { type Key, keyFor, normals } from '../../num/random.js'
import { timesTransposed, transposeInto } from './products.js'

/** One layer y = act(W x + b): W [outputs, inputs] row-major, act a leaky rectifier or nothing. */
export interface Layer {
  readonly inputs: number
  readonly outputs: number
  readonly weights: Float64Array
  readonly biases: Float64Array
  readonly activation: 'rectifier' | 'none'
}

/** Slope below zero: small enough to bend, large enough that no unit dies. */
const LEAK = 0.1

/** A layer with normal weights of variance 2/inputs (He et al. 2015) and biases zero. */
export function randomLayer(inputs: number, outputs: number, activation: Layer['activation'], key: Key): Layer {
  const scale = Math.sqrt((activation === 'none' ? 1 : 2) / inputs)
  const weights = normals(keyFor(key, 'weights'), inputs * outputs).map((x) => x * scale)
  return { inputs, outputs, weights, biases: new Float64Array(outputs), activation }
}

/** The layers one after another, rows [n, inputs] → [n, outputs]. */
export function runLayers(layers: readonly Layer[], rows: Matrix): Matrix {
  let values = rows
  for (const layer of layers) values = matrix(rows.rows, layer.outputs, forward(layer, values.data, rows.rows))
  return values
}

function forward(layer: Layer, input: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * layer.outputs)
  timesTransposed(input, layer.weights, [n, layer.outputs, layer.inputs], out)
  const leak = layer.activation === 'rectifier' ? LEAK : 1
  for (let at = 0; at < out.length; at++) {
    const value = out[at]! + layer.biases[at % layer.outputs]!
    out[at] = value < 0 ? leak * value : value
  }
  return out
}

/** Gradient of one layer's parameters, in the layer's own layout. */
interface LayerGradient {
  readonly weights: Float64Array
  readonly biases: Float64Array
}

/**
 * Loss ½ Σ (output − target)² / n and its gradient by reverse accumulation. Cost about three forward passes.
 * @source Griewank and Walther, *Evaluating Derivatives*, chapter 3.
 */
export function lossGradient(layers: readonly Layer[], rows: Matrix, targets: Matrix): { loss: number; gradients: LayerGradient[] } {
  const n = rows.rows
  const values = [rows.data]
  for (const layer of layers) values.push(forward(layer, values.at(-1)!, n))
  let loss = 0
  let adjoint: Float64Array = values.at(-1)!.map((value, at) => {
    const difference = value - targets.data[at]!
    loss += (0.5 * difference * difference) / n
    return difference / n
  })
  const gradients: LayerGradient[] = []
  for (let l = layers.length - 1; l >= 0; l--) {
    const layer = layers[l]!
    throughActivation(layer, values[l + 1]!, adjoint)
    gradients.unshift(parameterGradient(layer, values[l]!, adjoint, n))
    if (l > 0) adjoint = inputAdjoint(layer, adjoint, n)
  }
  return { loss, gradients }
}

function throughActivation(layer: Layer, output: Float64Array, adjoint: Float64Array): void {
  if (layer.activation === 'none') return
  for (let at = 0; at < output.length; at++) if (output[at]! < 0) adjoint[at] = adjoint[at]! * LEAK
}

function parameterGradient(layer: Layer, input: Float64Array, adjoint: Float64Array, n: number): LayerGradient {
  const adjointT = new Float64Array(adjoint.length)
  transposeInto(adjoint, n, layer.outputs, adjointT)
  const inputT = new Float64Array(input.length)
  transposeInto(input, n, layer.inputs, inputT)
  const weights = new Float64Array(layer.weights.length)
  timesTransposed(adjointT, inputT, [layer.outputs, layer.inputs, n], weights)
  const biases = new Float64Array(layer.outputs)
  for (let at = 0; at < adjoint.length; at++) biases[at % layer.outputs] = biases[at % layer.outputs]! + adjoint[at]!
  return { weights, biases }
}

function inputAdjoint(layer: Layer, adjoint: Float64Array, n: number): Float64Array {
  const weightsT = new Float64Array(layer.weights.length)
  transposeInto(layer.weights, layer.outputs, layer.inputs, weightsT)
  const out = new Float64Array(n * layer.inputs)
  timesTransposed(adjoint, weightsT, [n, layer.inputs, layer.outputs], out)
  return out
}

/** Adam on the parameters of layers, in place. @source Kingma and Ba 2015, arXiv 1412.6980. */
export class Adam {
  private readonly moments: { first: Float64Array; second: Float64Array }[]
  private firstDecay = 1
  private secondDecay = 1

  constructor(private readonly parameters: readonly Float64Array[]) {
    this.moments = parameters.map((p) => ({ first: new Float64Array(p.length), second: new Float64Array(p.length) }))
  }

  step(gradients: readonly Float64Array[], rate: number): void {
    this.firstDecay *= 0.9
    this.secondDecay *= 0.999
    const size = rate / (1 - this.firstDecay)
    this.parameters.forEach((parameter, which) => {
      const { first, second } = this.moments[which]!
      const gradient = gradients[which]!
      for (let i = 0; i < parameter.length; i++) {
        const g = gradient[i]!
        first[i] = 0.9 * first[i]! + 0.1 * g
        second[i] = 0.999 * second[i]! + 0.001 * g * g
        parameter[i] = parameter[i]! - (size * first[i]!) / (Math.sqrt(second[i]! / (1 - this.secondDecay)) + 1e-8)
      }
    })
  }
}
