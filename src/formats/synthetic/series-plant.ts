import { frameKey, uniform } from './keyed-random.js';

/** What can be wrong with an air handler, the first one nothing; each shows in a few sensors only. */
export const FAULTS = ['normal', 'valve-stuck', 'damper-stuck', 'sensor-drift', 'valve-leak', 'fan-worn'] as const;

/** Sensors in the order in which they are taken when fewer are asked for: temperatures in C, positions and speed in %, pressure in Pa. */
export const SENSORS = [
  'supply_temp',
  'mixed_temp',
  'cooling_valve',
  'outdoor_damper',
  'fan_speed',
  'duct_pressure',
  'return_temp',
  'outdoor_temp',
  'supply_flow',
  'fan_power',
  'zone_temp',
  'heating_valve',
] as const;

/** Temperatures in C, and how far both coils can change that of the air. */
const SETPOINT = { supply: 13, zone: 22.5 } as const;
const COOLING = 16;
const HEATING = 12;
const FAN_HEAT = 0.8;
const PRESSURE = 380;
const LEAST_AIR = 0.2;

const clip = (value: number, least = 0, most = 1): number => Math.max(least, Math.min(most, value));

/** Two independent numbers of a normal distribution. */
function normals(counter: number, k0: number, k1: number): readonly [number, number] {
  const radius = Math.sqrt(-2 * Math.log(1 - uniform(2 * counter, k0, k1)));
  const angle = 2 * Math.PI * uniform(2 * counter + 1, k0, k1);
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

/** An air handler of an office over one recording. */
export interface Plant {
  readonly fault: (typeof FAULTS)[number];
  /** 0 to 1: how bad it is. */
  readonly severity: number;
  /** Seconds from point to point. */
  readonly interval: number;
  readonly seed: number;
  /** Which of the plants of this seed. */
  readonly draw: number;
}

/**
 * Sensors of an air handler over time: days of a week, weather, a controller that holds the supply air at 13 C day and night, as in a laboratory,
 * the fault, and noise. A simple model that is made to be told apart, not of a real building.
 *
 * @param times seconds from Monday midnight on, of each point
 * @returns all `SENSORS`, one behind the other
 */
export function simulate({ fault, severity, interval, seed, draw: plant }: Plant, times: Float64Array): Float64Array {
  const [k0, k1] = frameKey(seed, 2 * plant + 1);
  const draw = (n: number): number => uniform(2 ** 28 + n, k0, k1);
  const n = times.length;
  const out = new Float64Array(SENSORS.length * n);
  const mildness = 16 + 10 * draw(0);
  const swing = 4 + 4 * draw(1);
  const stuck = 0.1 + 0.25 * severity + (draw(2) < 0.5 ? 0 : 0.45);
  const bias = (1.5 + 2.5 * severity) * (draw(3) < 0.5 ? -1 : 1);
  // How much of a change is left after one step, for minutes that it takes.
  const keep = (minutes: number): number => Math.exp(-interval / 60 / minutes);
  let [weather, valve, damper, integral, zone, coil] = [0, 0.3, 0.4, 0, 22.5, 0.3];
  for (let i = 0; i < n; i++) {
    const time = times[i] ?? 0;
    const hour = (time / 3600) % 24;
    const isIn = hour >= 7 && hour < 19 && Math.floor(time / 86400) % 7 < 5;
    const noise = Array.from({ length: 7 }, (_, k) => normals(8 * i + k, k0, k1)).flat();
    const by = (k: number, sigma: number): number => sigma * (noise[k] ?? 0);
    weather = keep(180) * weather + by(0, 1.5 * Math.sqrt(1 - keep(180) ** 2));
    const outdoor = mildness + swing * Math.sin((2 * Math.PI * (hour - 9)) / 24) + weather;
    const sun = isIn ? Math.sin((Math.PI * (hour - 7)) / 12) : 0;
    zone =
      keep(90) * zone + (1 - keep(90)) * (SETPOINT.zone + 1.5 * sun + (isIn ? 0 : 0.12 * (outdoor - SETPOINT.zone)));
    const returned = zone + (isIn ? 0.9 : 0.3);
    const wanted =
      outdoor < returned ? clip((returned - SETPOINT.supply) / (returned - outdoor + 0.1), LEAST_AIR) : LEAST_AIR;
    damper = keep(6) * damper + (1 - keep(6)) * wanted;
    const opened = fault === 'damper-stuck' ? stuck : damper;
    const mixed = opened * outdoor + (1 - opened) * returned;
    const before = mixed + FAN_HEAT;
    const seen = before - COOLING * coil;
    const error = seen + (fault === 'sensor-drift' ? bias : 0) - SETPOINT.supply;
    integral = clip(integral + (0.25 * error * (interval / 300)) / COOLING, -0.6, 0.6);
    const called = clip((before - SETPOINT.supply) / COOLING + integral);
    valve = keep(4) * valve + (1 - keep(4)) * called;
    const leak = 0.15 + 0.25 * severity;
    coil = fault === 'valve-stuck' ? stuck : fault === 'valve-leak' ? leak + (1 - leak) * valve : valve;
    const cold = SETPOINT.supply - 1 - (before - COOLING * coil);
    const heating = clip(cold / HEATING);
    const supply = before - COOLING * coil + HEATING * heating;
    const worn = fault === 'fan-worn' ? 1 - 0.2 - 0.25 * severity : 1;
    const load = isIn ? 0.55 + 0.25 * sun : 0.4;
    const speed = clip(load / worn, 0, 1);
    const air = speed * worn;
    const sensors: Record<(typeof SENSORS)[number], number> = {
      supply_temp: supply + (fault === 'sensor-drift' ? bias : 0) + by(1, 0.15),
      mixed_temp: mixed + by(2, 0.2),
      cooling_valve: 100 * clip(valve + by(3, 0.01)),
      outdoor_damper: 100 * clip(damper + by(4, 0.01)),
      fan_speed: 100 * clip(speed + by(5, 0.01)),
      duct_pressure: PRESSURE * air ** 2 + by(6, 4),
      return_temp: returned + by(7, 0.1),
      outdoor_temp: outdoor + by(8, 0.2),
      supply_flow: 4 * air + by(9, 0.05),
      fan_power: 5.5 * speed ** 3 + by(10, 0.04),
      zone_temp: zone + by(11, 0.1),
      heating_valve: 100 * clip(heating + by(12, 0.005)),
    };
    SENSORS.forEach((name, c) => {
      // As a logger keeps them.
      out[c * n + i] = Math.round(1000 * sensors[name]) / 1000;
    });
  }
  return out;
}
