/** Lines of programs and checks in Chinese, by `keyOf`; `#` stands for a number or a quotation, in the order of the English line. */
export const CHINESE_LINES: Readonly<Record<string, string>> = {
  // 1.1
  '3x3 mean of # x # float64': '# x # 个 float64 的 3x3 均值滤波',
  'pixel by pixel, border asked nine times': '逐像素，每像素判断九次边界',
  'row by row, border apart': '逐行，边界单独处理',
  'sums of columns, used three times': '列和，一次相加三次使用',
  'fanfold filter': 'fanfold filter',
  '3x3 mean of # x # pixels; the value is the mean of the last column':
    '# x # 像素的 3x3 均值滤波；“数值”一列是最后一列像素的平均值',
  'the image itself': '图像本身',
  'zero-border: plain loop': 'zero-border：朴素循环',
  'zero-border: filter': 'zero-border：filter',
  'zero: plain loop': 'zero：朴素循环',
  'zero: filter': 'zero：filter',
  'nearest: plain loop': 'nearest：朴素循环',
  'nearest: filter': 'nearest：filter',
  'reflect: plain loop': 'reflect：朴素循环',
  'reflect: filter': 'reflect：filter',
  'mirror: plain loop': 'mirror：朴素循环',
  'mirror: filter': 'mirror：filter',
  'wrap: plain loop': 'wrap：朴素循环',
  'wrap: filter': 'wrap：filter',
  'Compare two filters under one border rule only: the inside agrees in any case, and hides the rest.':
    '只有在同一边界规则下，才能比较两种滤波：图像内部总是一致的，会把边缘的差别掩盖掉。',
  // 1.2
  'sum of # numbers; the value is the relative error': '# 个数求和；“数值”一列是相对误差',
  'float64, added in float64': 'float64，用 float64 累加',
  'float32, added in float64': 'float32，用 float64 累加',
  'float32, added in float32': 'float32，用 float32 累加',
  'the first half of # float64; the value is element # of it after the view was written to':
    '# 个 float64 的前一半；“数值”一列是写过视图之后的第 # 个元素',
  'copy (slice)': '副本（slice）',
  'view (subarray)': '视图（subarray）',
  'the original': '原数组',
  'sum of a file of # float64, #; peak memory of the process': '对含 # 个 float64（#）的文件求和；各进程的内存峰值',
  'Node alone, nothing read': '只启动 Node，什么也不读',
  'whole file, then a loop': '整个文件读入，再循环',
  'chunks of # numbers': '每块 # 个数',
  'fanfold run sum': 'fanfold run sum',
  'an array of # x # float64 in a file, #; the bytes are those of arrays held':
    '文件里 # x # 个 float64 的数组，#；“字节”一列是持有的数组',
  'written, # rows at a time': '写入，每次 # 行',
  'read whole, added up': '整个读入，再求和',
  'chunks of # numbers, added up': '每块 # 个数，求和',
  'mapped, added up': '映射，求和',
  'the last # rows of a headerless file': '无文件头的文件的最后 # 行',
  'Bare numbers under the name .npy: #.': '把裸数据叫作 .npy：#。',
  'Not mapped: #': '没有映射：#',
  // 2.1
  'sum of sqrt(x) + x^2 over # numbers': '# 个数的 sqrt(x) + x^2 之和',
  'one thread, one loop': '单线程，一个循环',
  'one thread, # parts': '单线程，# 段',
  'one thread, fanfold reduce': '单线程，fanfold reduce',
  '# threads that are there': '# 个已启动的线程',
  '# threads, started for it': '# 个临时启动的线程',
  '# processes that are there': '# 个已启动的进程',
  '# processes, started for it': '# 个临时启动的进程',
  'sum of sqrt(x) + x^2, threads that are there already': 'sqrt(x) + x^2 之和，线程事先已启动',
  '# numbers, one thread': '# 个数，单线程',
  '# numbers, # threads': '# 个数，# 个线程',
  'Threads did not pay here up to # numbers.': '在这台机器上，直到 # 个数，多线程都不划算。',
  'From # numbers on, threads were faster here. Below, one thread is.':
    '在这台机器上，从 # 个数起多线程更快；少于此数，单线程更快。',
  // 2.2
  '# files from a server that takes # for each; the value is the most requests it saw at once':
    '# 个文件，服务器每个要等 #；“数值”一列是服务器同时收到的最多请求数',
  'one after another': '一个接一个',
  'all at once, processed when all are saved': '同时全部发出，全部保存后再处理',
  'at most # at once, processed when saved': '同时最多 # 个，保存一个处理一个',
  'fanfold fetchAll, at most # at once': 'fanfold fetchAll，同时最多 # 个',
  'The first file was processed after #: fanfold fetchAll, at most # at once.':
    '第一个文件在 # 后处理完：fanfold fetchAll，同时最多 # 个。',
  'The first file was processed after #: one after another.': '第一个文件在 # 后处理完：一个接一个。',
  'The first file was processed after #: all at once, processed when all are saved.':
    '第一个文件在 # 后处理完：同时全部发出，全部保存后再处理。',
  'The first file was processed after #: at most # at once, processed when saved.':
    '第一个文件在 # 后处理完：同时最多 # 个，保存一个处理一个。',
  '# files were missing (#): no file, no result, and no harm to the others.':
    '有 # 个文件不存在（#）：没有文件，没有结果，也没有影响其他文件。',
  // 3.1
  '# float64 scaled to uint8 by two workers': '两个工作线程把 # 个 float64 缩放为 uint8',
  'clock stopped when the work is handed over': '任务交出去就停表',
  'clock stopped when the work is done': '任务完成才停表',
  'copying the input there, alone': '仅把输入复制过去',
  'copy there, work, copy back': '复制过去、计算、再复制回来',
  'The first time is no speed of anything. Quote the second beside the fourth: work, and work with its transfers.':
    '第一个时间不代表任何速度。应当并列给出第二个和第四个：计算的时间，以及连同传输的时间。',
  'product of two float32 matrices of # x #; the value is GFLOP/s':
    '两个 # x # 的 float32 矩阵相乘；“数值”一列的单位是 GFLOP/s',
  'row times column': '行乘列',
  'row times four columns': '行乘四列',
  'fanfold matmul, one thread': 'fanfold matmul，单线程',
  'two-dimensional Fourier transform of # x # float64': '# x # 个 float64 的二维傅里叶变换',
  'by definition, a line at a time': '按定义，逐行逐列',
  'by halves (FFT)': '对半分（FFT）',
  'fanfold fft2, one thread': 'fanfold fft2，单线程',
  '3x3 correlation of # x # float32; the value is what a ramp to the right becomes':
    '# x # 个 float32 的 3x3 相关；“数值”一列是向右变亮的斜坡得到的结果',
  'a frame of zeros, row by row': '四周补零，逐行',
  'fanfold correlate, one thread': 'fanfold correlate，单线程',
  'convolution: the kernel turned by half a turn': '卷积：核旋转 180 度',
  // 3.2
  'one picture of # x # pixels, normalised, channels apart': '一幅 # x # 像素的图像，归一化，通道分开存放',
  'an object for each pixel': '每个像素一个对象',
  'a table for each channel': '每个通道一张查找表',
  '# images of six kinds through a trained network, one worker; the value is the share that is right':
    '# 幅六类图像通过训练好的网络，一个工作者；“数值”一列是答对的比例',
  'batches of #': '每批 # 幅',
  'Networks need a package: npm install onnxruntime-node@1.30 --ignore-scripts':
    '运行网络需要一个软件包：npm install onnxruntime-node@1.30 --ignore-scripts',
  // Project
  '# images, batches of #, workers that have the network open; the value is the share that is right':
    '# 幅图像，每批 # 幅，工作者一直保持网络打开；“数值”一列是答对的比例',
  'one worker': '1 个工作者',
  '# workers': '# 个工作者',
  '# pictures of three shapes, none of them seen before; the value is the share that is right':
    '# 幅三种形状的图像，模型都没有见过；“数值”一列是答对的比例',
  'one thread': '单线程',
  'batches of #, # workers started for it': '每批 # 幅，# 个临时启动的工作线程',
  // Checks of every exercise
  'the file cannot be loaded: #': '文件无法加载：#',
  'the file must export a function #; it exports #': '文件必须导出函数 #；它导出的是 #',
  'the function threw #': '函数抛出异常：#',
  'the function did not end within # seconds': '函数在 # 秒内没有结束',
  'the function was stopped: it took more than #': '函数被终止：占用的内存超过 #',
  'the process of the solution ended early with #': '运行答案的进程提前结束：#',
  'Node # runs no such file; write JavaScript, with the ending .mjs':
    'Node # 不能直接运行这种文件；请写成 JavaScript，扩展名为 .mjs',
  // Exercise 1
  'the image of # x # must give a Float64Array of # numbers': '# x # 的图像必须得到含 # 个数的 Float64Array',
  'the image of # x # was changed; write to an array of your own': '# x # 的输入图像被改动了；请写到自己的数组里',
  'image of # x #: row #, column # is #, but the naive loop gives #':
    '# x # 的图像：第 # 行、第 # 列得到 #，而朴素循环给出 #（行列从 0 数起）',
  'the same numbers as the naive loop on # images, borders and ties included':
    '在 # 幅图像上与朴素循环逐个相等，包括边缘和相等的值',
  '# against # of the naive loop for # x # pixels: # times as fast; asked for: #':
    '用时 #，朴素循环 #（# x # 像素）：是它的 # 倍；要求 # 倍',
  'memory rose by # meanwhile': '其间内存增长 #',
  // Exercise 2
  'the result must be an object with mean and deviation': '返回值必须是含有 mean 和 deviation 的对象',
  '# numbers: the mean is #, not #': '# 个数：均值是 #，不是 #',
  '# numbers: the standard deviation is #, not #; are digits lost in sum(x^2) - n mean^2?':
    '# 个数：标准差是 #，不是 #；有效数字是不是丢在 sum(x^2) - n mean^2 里了？',
  'mean and standard deviation of # files, remainders included': '# 个文件的均值和标准差都正确，包括除不尽的余数',
  'memory rose by # for a file of #; allowed: #': '内存增长 #，文件大小 #；上限 #',
  '# for that file, #': '这个文件用时 #，即 #',
  // Exercise 3
  'the function threw #; a failure is an answer, and must not stop the others':
    '函数抛出异常 #；失败也是一种回答，不应使其余的停下',
  'the result must be an array with # entries, one for each address': '返回值必须是含 # 项的数组，每个地址一项',
  'entry # is #, but should be #; results stand in the order of the addresses':
    '第 # 项是 #，应当是 #；结果要按地址的顺序排列（从 0 数起）',
  '# results in order, null for the # that failed': '# 个结果顺序正确，失败的 # 个为 null',
  'the folder holds #, which no complete answer belongs to': '文件夹里有 #，但没有哪个完整的响应与它对应',
  '# has #, but # were sent': '# 有 #，而服务器发送了 # 字节',
  '# differs from what was sent, first at byte #': '# 与发送的内容不同，第一处在第 # 字节',
  '# complete files and no others in the folder': '文件夹里有 # 个完整的文件，没有别的',
  'all # addresses were asked for': '# 个地址全都请求过',
  'address # was never asked for; one failure must not stop the others':
    '第 # 个地址从未被请求（从 0 数起）；一个失败不应使其余的停下',
  '# requests at once; allowed and wanted: #': '同时最多 # 个请求；允许并且应当达到的是 #',
  'memory rose by #, the largest file has #; allowed: #': '内存增长 #，最大的文件有 #；上限 #',
  '# for all of it': '全部用时 #',
};
