// The two-scale model of Lorenz (1996): K slow variables X, each with J fast ones.
export const K = 36
export const J = 10
const F = 10
const h = 1
const c = 10
const b = 10

/** dX/dt of the slow variables alone, with the subgrid tendency added: −X_{k−1}(X_{k−2} − X_{k+1}) − X_k + F + U_k. */
export function slowTendency(x, u, out) {
  for (let k = 0; k < K; k++) {
    out[k] = -x[(k + K - 1) % K] * (x[(k + K - 2) % K] - x[(k + 1) % K]) - x[k] + F + u[k]
  }
}

/** U_k = −(hc/b) Σ_j Y_{j,k}: what the fast variables do to the slow ones. */
export function subgrid(y, out) {
  for (let k = 0; k < K; k++) {
    let sum = 0
    for (let j = 0; j < J; j++) sum += y[k * J + j]
    out[k] = (-h * c * sum) / b
  }
}

/** dY/dt of the fast variables, a ring of K·J. */
function fastTendency(x, y, out) {
  const n = K * J
  const drive = (h * c) / b
  for (let k = 0; k < K; k++) {
    for (let i = k * J; i < (k + 1) * J; i++) {
      const next = i + 1 < n ? i + 1 : 0
      const afterNext = next + 1 < n ? next + 1 : 0
      out[i] = -c * b * y[next] * (y[afterNext] - y[i > 0 ? i - 1 : n - 1]) - c * y[i] + drive * x[k]
    }
  }
}

/** Runge–Kutta steps for dz/dt = f(z) in n variables: step(z, dt, f) moves z in place; f(z, out, stage) is asked four times. */
export function rungeKutta(n) {
  const [k1, k2, k3, k4, at] = Array.from({ length: 5 }, () => new Float64Array(n))
  return (z, dt, f) => {
    f(z, k1, 0)
    for (let i = 0; i < n; i++) at[i] = z[i] + 0.5 * dt * k1[i]
    f(at, k2, 1)
    for (let i = 0; i < n; i++) at[i] = z[i] + 0.5 * dt * k2[i]
    f(at, k3, 2)
    for (let i = 0; i < n; i++) at[i] = z[i] + dt * k3[i]
    f(at, k4, 3)
    for (let i = 0; i < n; i++) z[i] += (dt / 6) * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i])
  }
}

/** The full model from a given start (`fast(i)`: that of a fast variable): X and U at every `interval`, `count` times [count][K]. */
export function runFull({ seedOffset, count, interval, dt = 0.001, spinUp = 10, fast = (i) => 0.1 * Math.sin(0.7 * i + seedOffset) }) {
  const z = new Float64Array(K + K * J)
  for (let k = 0; k < K; k++) z[k] = F * (0.4 + 0.05 * (((k * 7 + seedOffset * 13) % 11) - 5))
  for (let i = 0; i < K * J; i++) z[K + i] = fast(i)
  const u = new Float64Array(K)
  const f = (at, out) => {
    const y = at.subarray(K)
    subgrid(y, u)
    slowTendency(at, u, out)
    fastTendency(at, y, out.subarray(K))
  }
  const step = rungeKutta(z.length)
  const advance = (time) => {
    for (let n = Math.round(time / dt); n > 0; n--) step(z, dt, f)
  }
  advance(spinUp)
  const x = []
  const tendency = []
  for (let n = 0; n < count; n++) {
    x.push(z.slice(0, K))
    const now = new Float64Array(K)
    subgrid(z.subarray(K), now)
    tendency.push(now)
    advance(interval)
  }
  return { x, u: tendency }
}
