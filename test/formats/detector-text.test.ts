import { describe, expect, it } from 'vitest';
import { readDetectorText } from '../../dist/formats/detector-text.js';

describe('text of DECTRIS detectors', () => {
  it('gives metres and pixels, however the lines are spaced', () => {
    const text = [
      '# Detector: PILATUS 1M, S/N 10-0113',
      '# Pixel_size 172e-6 m x 100e-6 m',
      '# Wavelength 1.0332 A',
      '# Detector_distance: 150. mm',
      '# Beam_xy ( 12.5, 8.25 ) pixels',
    ].join('\r\n');
    expect(readDetectorText(text)?.facts).toEqual({
      name: 'PILATUS 1M',
      pixelSize: [0.0001, 0.000172],
      wavelength: 1.0332e-10,
      distance: 0.15,
      beamCenter: [8.25, 12.5],
    });
    expect(readDetectorText('#Pixel_size=172um x 172um\n# Beam_xy 1, .5')?.facts).toEqual({
      pixelSize: [0.000172, 0.000172],
      beamCenter: [0.5, 1],
    });
    expect(readDetectorText('no comment')).toBeNull();
  });

  it.each(['# Pixel_size ', '# Beam_xy ', '# Beam_xy (', '# Wavelength ', '# Detector_distance 1e'])(
    'is read in a moment when a million letters follow on %s',
    (start) => {
      const started = performance.now();
      for (const letter of ['1', ' ', '.', 'x', '1x', '1mx', '1.']) {
        readDetectorText(`${start}${letter.repeat(1e6)}?`);
        readDetectorText(`${start}1${letter.repeat(1e6)}?`);
      }
      expect(performance.now() - started).toBeLessThan(2000);
    },
  );

  it('is shown without control characters, and not without end', () => {
    const text = `# Detector: Evil\u001b[31m name\n# Exposure_time ${'1'.repeat(5000)} s\u001b]0;x\u0007\n`.repeat(
      1000,
    );
    const { facts, shown } = readDetectorText(text) ?? { facts: {}, shown: [] };
    expect(facts.name).toBe('Evil [31m name');
    expect(shown.length).toBe(32);
    expect(shown.every((line) => line.length <= 80 && !/\p{C}/u.test(line))).toBe(true);
  });
});
