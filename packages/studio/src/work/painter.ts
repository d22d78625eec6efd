import { type Colour, type Crowd, colourOf, crowdOf, DotPicture, dotSize } from './canvas.js'
import type { BenchToPainter, FromPainter, SavedDots, ToPainter } from './messages.js'

/** Milliseconds from one step to the next while playing. */
const STEP_TIME = 340
const LONGEST_STEP_TIME = 3000
const MORPH_TIME = 420
/** How much drawn rows cover of the real ones below, at most: these are to be seen through them. */
const THROUGH = 0.8

interface Move {
  readonly from: Float32Array
  readonly to: Float32Array
  readonly start: number
  readonly time: number
  /** The step that the move ends at. */
  readonly step: number
}

/** Draws the scatter in a worker of its own, so that the page stays free: real rows still, chains moving between steps. */
export class Painter {
  #canvas: OffscreenCanvas | undefined
  #size = { width: 0, height: 0, ratio: 1 }
  #colours: { real: Colour; synthetic: Colour } = { real: [0, 114, 178], synthetic: [213, 94, 0] }
  #show = { real: true, synthetic: true }
  #still = false
  #real: Float32Array = new Float32Array(0)
  #steps: Float32Array[] = []
  /** The newest step that has come, and how many there will be: not every step is kept where there are very many rows. */
  #newest = { step: 0, steps: 0 }
  /** The step that is shown, or was last. */
  #at = 0
  #playing = false
  #move: Move | undefined
  #shown: Float32Array = new Float32Array(0)
  #ground: DotPicture | undefined
  #picture: DotPicture | undefined
  #crowd: (Crowd & { readonly places: Float32Array; readonly size: number }) | undefined
  #due = false
  #stale = true
  /** Frames while moving, their time, and when the last one was. */
  #rate = { frames: 0, time: 0, last: 0 }
  #arrival = { last: 0, interval: 0 }

  constructor(private readonly say: (message: FromPainter) => void) {}

  handle(message: ToPainter): void {
    if (message.kind === 'canvas') this.#canvas = message.canvas
    if (message.kind === 'size') this.#resize(message)
    if (message.kind === 'colours') this.#colours = { real: colourOf(message.real), synthetic: colourOf(message.synthetic) }
    if (message.kind === 'show') this.#show = message
    if (message.kind === 'still') this.#still = message.still
    if (message.kind === 'bench') message.port.onmessage = ({ data }: MessageEvent<BenchToPainter>) => this.#take(data)
    if (message.kind === 'play' || message.kind === 'hold') this.#goTo(message.at, message.kind === 'play')
    if (message.kind === 'forget') this.#clear()
    if (message.kind === 'dots') this.#sayDots(message)
    this.#stale = true
    this.#wake()
  }

  #take(message: BenchToPainter): void {
    if (message.kind === 'real') this.#real = message.places
    if (message.kind === 'clear') this.#clear()
    if (message.kind === 'step') this.#addStep(message)
    if (message.kind === 'steps') this.#replace(message)
    this.#stale = this.#stale || message.kind !== 'step'
    this.#wake()
  }

  #clear(): void {
    this.#steps = []
    this.#shown = new Float32Array(0)
    this.#move = undefined
    this.#at = 0
    this.#newest = { step: 0, steps: 0 }
    this.#playing = false
  }

  #addStep({ places, step, steps }: { places: Float32Array; step: number; steps: number }): void {
    const now = performance.now()
    this.#arrival = { last: now, interval: this.#steps.length > 1 ? now - this.#arrival.last : 0 }
    this.#steps.push(places)
    this.#newest = { step, steps }
    if (this.#still && step === steps) this.#begin(this.#steps.length - 1, false)
    else if (!this.#still && this.#steps.length === 1) this.#begin(0, true)
    else this.#tell()
  }

  /** A run's chains are there: they play from their start, or stand where they end, without the way there. */
  #begin(at: number, playing: boolean): void {
    this.#stale = true
    this.#goTo(at, playing)
    this.say({ kind: 'begun' })
  }

  /** Other axes, or another ε: every row moves to its new place. */
  #replace({ steps, drawn }: { steps: readonly Float32Array[]; drawn: boolean }): void {
    const before = this.#shown
    const stays = this.#steps.length === steps.length && this.#at < steps.length && !(drawn && this.#playing)
    this.#at = stays ? this.#at : steps.length - 1
    this.#steps = [...steps]
    this.#newest = { step: steps.length - 1, steps: steps.length - 1 }
    this.#playing = false
    const to = steps[this.#at] ?? new Float32Array(0)
    if (before.length === to.length && !this.#still)
      this.#move = { from: before, to, start: performance.now(), time: MORPH_TIME, step: this.#at }
    else {
      this.#move = undefined
      this.#shown = to
    }
    this.#tell()
  }

  /** Shows a step, and plays on from there or holds still. */
  #goTo(at: number, playing: boolean): void {
    this.#playing = playing
    this.#move = undefined
    this.#at = Math.max(0, Math.min(at, this.#steps.length - 1))
    this.#shown = this.#steps[this.#at] ?? this.#shown
    this.#tell()
  }

  #tell(): void {
    this.say({
      kind: 'at',
      step: this.#at,
      steps: Math.max(this.#steps.length - 1, 0),
      playing: this.#playing && (this.#coming || this.#at + 1 < this.#steps.length)
    })
  }

  /** Whether chains are still on their way. */
  get #coming(): boolean {
    return this.#newest.step < this.#newest.steps
  }

  #resize({ width, height, ratio }: { width: number; height: number; ratio: number }): void {
    this.#size = { width: Math.max(1, Math.round(width * ratio)), height: Math.max(1, Math.round(height * ratio)), ratio }
    if (!this.#canvas) return
    this.#canvas.width = this.#size.width
    this.#canvas.height = this.#size.height
    this.#ground = new DotPicture(this.#size.width, this.#size.height)
    this.#picture = new DotPicture(this.#size.width, this.#size.height)
  }

  #wake(): void {
    if (this.#due) return
    this.#due = true
    requestAnimationFrame((now) => {
      this.#due = false
      this.#frame(now)
    })
  }

  #frame(now: number): void {
    const moving = this.#advance(now)
    if (moving || this.#stale) this.#draw()
    if (moving) {
      this.#countFrame(now)
      this.#wake()
    } else this.#rate.last = 0
  }

  /** Moves the chains to where they are now; whether they will go on. */
  #advance(now: number): boolean {
    if (!this.#move && this.#playing && this.#at + 1 < this.#steps.length) {
      this.#move = { from: this.#steps[this.#at]!, to: this.#steps[this.#at + 1]!, start: now, time: this.#stepTime(), step: this.#at + 1 }
    }
    const move = this.#move
    if (!move) return false
    const share = Math.min(1, Math.max(0, (now - move.start) / move.time))
    this.#shown = share >= 1 ? move.to : between(move.from, move.to, share * share * (3 - 2 * share))
    if (share >= 1) {
      this.#move = undefined
      this.#at = move.step
      this.#tell()
    }
    return true
  }

  /** Steps that come slowly are played slowly: the chains never wait for long. */
  #stepTime(): number {
    const newest = this.#at + 2 === this.#steps.length && this.#coming
    return newest ? Math.max(STEP_TIME, Math.min(LONGEST_STEP_TIME, this.#arrival.interval)) : STEP_TIME
  }

  #draw(): void {
    const context = this.#canvas?.getContext('2d')
    const { width, height, ratio } = this.#size
    if (!context || !this.#ground || !this.#picture) return
    const dots = (places: Float32Array, colour: Colour, cover: number) => {
      const diameter = dotSize(places.length / 2, width * height, ratio)
      return { colour, diameter, cover, crowd: this.#crowdOf(places, diameter) }
    }
    const both = this.#show.real && this.#show.synthetic && this.#shown.length > 0
    if (this.#stale) {
      this.#ground.clear()
      if (this.#show.real) this.#ground.dots(this.#real, dots(this.#real, this.#colours.real, 1))
      this.#stale = false
    }
    this.#picture.copy(this.#ground)
    if (this.#show.synthetic)
      this.#picture.dots(this.#shown, dots(this.#move?.to ?? this.#shown, this.#colours.synthetic, both ? THROUGH : 1))
    context.putImageData(this.#picture.image, 0, 0)
  }

  /** On their way dots keep the crowd that they come to: it is counted once a step. */
  #crowdOf(places: Float32Array, size: number): Crowd {
    const { width, height } = this.#size
    if (this.#crowd?.places !== places || this.#crowd.size !== size)
      this.#crowd = { places, size, ...crowdOf(places, { width, height, size }) }
    return this.#crowd
  }

  #countFrame(now: number): void {
    const rate = this.#rate
    if (rate.last > 0) {
      rate.frames++
      rate.time += now - rate.last
    }
    rate.last = now
    if (rate.frames < 30) return
    this.say({ kind: 'rate', framesPerSecond: (1000 * rate.frames) / rate.time, points: (this.#real.length + this.#shown.length) / 2 })
    this.#rate = { frames: 0, time: 0, last: now }
  }

  /** The rows as they are saved: those that the chains end at, whatever step is shown. */
  #sayDots({ width, height }: { width: number; height: number }): void {
    const { step, steps } = this.#newest
    const saved = (places: Float32Array): SavedDots => {
      const size = dotSize(places.length / 2, width * height, 1)
      return { places, size, ...crowdOf(places, { width, height, size }) }
    }
    this.say({ kind: 'dots', real: saved(this.#real), synthetic: saved(this.#steps.at(-1) ?? new Float32Array(0)), step, steps })
  }
}

function between(from: Float32Array, to: Float32Array, share: number): Float32Array {
  const places = new Float32Array(to.length)
  for (let i = 0; i < to.length; i++) places[i] = from[i]! + share * (to[i]! - from[i]!)
  return places
}
