/** The docs page of image files. */
export const IMAGES_DETAILS = `Each image is a frame: uint8, or uint16 for PNG of 16 bits, which stay 16 bits. What a file is, its contents decide, not its
name. \`info\` and opening a folder read headers alone. PNG is decoded by fanfold, of any kind: 1 to 16 bits, palettes, interlaced; its
check sum is tested. JPEG and WebP are decoded by sharp (\`npm install sharp\`); \`info\` works without it.

Colours become their luminance, 0.299 red + 0.587 green + 0.114 blue, rounded (ITU-R BT.601, as Pillow and OpenCV do): grey that was
stored as colours stays exactly what it is. \`--channel red\`, \`green\` or \`blue\` reads one of them, \`--channel all\` frames of
(rows, columns, 3), grey images too.

Values are as stored: colour profiles and gamma are not applied, opacity is left out; 1, 2 and 4 bits of grey are spread over 0 to 255.
JPEG and WebP are turned upright as their EXIF orientation says. Of an animation the first image is read. CMYK, lossless and 12-bit
JPEG are refused by name, as are images of more than 2^28 pixels.

A folder is one stack in the order of its numbers (\`img2\` before \`img10\`); PNG, JPEG and WebP, grey and colours may lie in it side by
side, but all must be of one size and depth. Beside files of another format, such as TIFF, they are passed over. A damaged image ends the
run with its name, unless \`--on-bad-frame zero\` goes on; what decoders only warn of counts as damage. So it is with a file
that is empty or whose header says nothing, as long as another of the folder is whole; it is named at the start.`;
