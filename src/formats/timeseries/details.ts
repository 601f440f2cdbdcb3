/** The docs page of the format. */
export const SERIES_DETAILS = `Frames are windows over series: (channels, points), float64. Without \`--window\` a frame is a whole segment; segments must then
be of one length, which the error names otherwise. \`--window 96 --step 48\` cuts windows of 96 points that start every 48; segments that are
shorter give none, which \`info\` counts. A class all of whose segments are too short is an error, not a class less. Series are read whole.

**Tables** (.csv, .tsv, .txt): a row for each time, a column of numbers for each channel; tabs, semicolons (then with decimal commas, too), commas or
blanks between, quotes around text, \`#\` and \`%\` before comments. The first row is a header when all of it is text, or something in it
is text above a value. Of a header with one name less than there are cells, the first column has no name; a nameless first column that counts rows, one without
name and content, and columns of nothing but text are passed over, which \`info\` says. What is no UTF-8 is taken for Windows-1252.

\`--time\` names the column of times: dates such as \`2015-02-04 17:51:00\` (without a zone taken as UTC), or seconds. Left out, it is the first
column of dates, else one called time, date, timestamp or t whose numbers rise; \`--time none\` takes none. A column of that name that is neither ends the command. Where more than \`--gap\` seconds pass between rows (three usual
intervals unless told), a segment ends. Rows must be in the order of time. Columns are named or counted from 0.

\`--label COLUMN\`: the class of each row; segments end where it changes, rows with an empty cell have none. \`--label file\`: the class is
what stands before the last number in the file's name (\`valve-stuck_012.csv\` is of \`valve-stuck\`, \`normal.csv\` of \`normal\`), without blanks,
points, \`_\` and \`-\` in between. A folder of tables, a list or a pattern is one source: all .csv of the folder (else all .tsv, else all
.txt), each a recording, of the same columns; classes are by file name unless \`--label COLUMN\` or \`--label none\` is given.

**Archives**: .ts (sktime) with any number of channels, unequal lengths, and missing values; .arff with numbers or one relational attribute, the class
last; .tsv, and .txt or .csv whose name ends in \`_TRAIN\` or \`_TEST\`, without a header: the class as a whole number first in each row, then the
series. Values missing at the end of a row only fill it up. Time stamps with every point, numeric targets and sparse rows are refused by name.

**Missing points** (nothing, \`?\`, \`NaN\`, \`NA\`, infinities): \`--nan error\`, the default, names row and column; \`--nan drop\` ends the segment; \`--nan
interpolate\` draws a straight line between the neighbours in time, never across a gap, and holds the nearest value at ends.

Classes are numbered in the order of the file's list; of files without one by size, names as a person orders them. Outputs that hold several arrays
(.h5, .npz) get \`label\`, the number of the class of each frame (-1 for none), and the names. Arrays of series are under [npy](npy.md)
and [npz](npz.md).`;
