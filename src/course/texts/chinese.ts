import { CHINESE_LINES } from './chinese-lines.js';
import type { Texts } from './texts.js';

/** The course in a terminal, in Chinese. */
export const CHINESE: Texts = {
  title: '让数值程序跑得快：写给处理数据的人',
  sections: {
    '1.1': '向量化',
    '1.2': '内存',
    '2.1': '并行的映射与归约',
    '2.2': '不必干等的下载',
    '3.1': 'GPU 与 CPU',
    '3.2': '深度学习与图像',
    project: '项目：ImageProcessor',
  },
  programs: {
    'mean-filter': '3x3 均值滤波：逐像素、逐行、更少的加法',
    'border-rules': '图像之外是什么：四种边界规则',
    'element-types': 'float64 与 float32：字节、时间与精度',
    views: '同一批数的视图与副本',
    files: '磁盘上的数组：整体读入、分块读取、用 fanfold',
    'array-on-disk': '文件里的数组：创建、按区域读写、映射',
    'four-parts': '分段计算 sqrt(x) + x^2 之和：单线程、多线程、多进程',
    'break-even': '数据多到多少，多线程才划算',
    'four-ways': '用四种方式下载、保存并处理 200 个文件',
    'honest-clock': '任务交出去之后，何时停表',
    'matrix-product': '矩阵乘法：少等待，少取数',
    fourier: '二维傅里叶变换：更好的算法',
    correlation: '3x3 相关，以及它与卷积的区别',
    preprocess: '把像素变成网络所要的数',
    classify: '训练好的网络分批处理没有见过的图像',
    'own-processor': '小型的项目：载入模型、预处理、在工作线程上分批处理',
    'real-network': '用真正的网络做项目：工作者一直保持网络打开',
  },
  columns: { time: '用时', speed: '加速比', memory: '字节', value: '数值', difference: '相差' },
  exercises: [
    {
      title: '比循环更快的 3x3 中值滤波',
      task: [
        '导出 median3x3(image, rows, columns)：image 是按行存放的 Float64Array；返回一个新的 Float64Array。',
        '图像之外取最近的像素。结果必须与朴素循环逐个相等，速度至少是它的 3 倍。',
      ],
    },
    {
      title: '内存放不下的数组的统计量',
      task: [
        '导出 async statistics(path)：文件里是没有文件头的 float64；返回 { mean, deviation }，标准差除以 n。',
        '处理 512 MiB 的文件时，内存增长不得超过 64 MiB。这些数离零很远：当心有效数字。',
      ],
    },
    {
      title: '出错也不停的下载',
      task: [
        '导出 async download(urls, folder, limit)：把 urls[i] 的内容存为 file_{i}.txt，同时进行的请求不超过 limit 个。',
        '按地址的顺序返回每个文件的路径或 null。状态码不是 200 或连接中断时，不留下任何文件。',
      ],
    },
  ],
  quiz: [
    {
      ask: '对一百万个数求 sqrt(x) + x^2 之和，单线程只要几毫秒。若为此启动四个进程，会怎样？',
      answers: [
        '用时约为四分之一：四个进程，四段数据。',
        '更慢：启动进程、把数复制过去，代价比求和本身还大。',
        '一样快，因为四个进程共用一条内存总线。',
      ],
      right: 1,
      because:
        '进程还没启动完，一百万个数的和早就算好了。数据量低于盈亏平衡点时，单线程最快；平衡点在哪里，要靠测量（2.1）。',
    },
    {
      ask: '一个文件里有 40 GiB 的 float64，机器只有 16 GiB 内存。要求均值和标准差，该怎么做？',
      answers: [
        '按 float32 读入，体积减半。',
        '把文件映射到内存，再由它生成一个数组。',
        '把数据分块读进同一个缓冲区，逐块更新个数、均值和离差平方和。',
      ],
      right: 2,
      because:
        '40 GiB 的一半仍然放不下；由映射文件生成数组，就是把它整个复制一遍。求统计量只需要一块数据和三个数（1.2）。',
    },
    {
      ask: '在 GPU 上做矩阵乘法的调用 0.1 毫秒就返回了，CPU 要 400 毫秒。这说明什么？',
      answers: [
        '还什么都说明不了：调用只是把任务交了出去。要等它完成，并把数据传输也计入时间。',
        'GPU 快 4000 倍。',
        'GPU 缓存了结果。',
      ],
      right: 0,
      because: '对 GPU 的调用立即返回，计算在之后才进行。只有在同步之后停表，测得的才是时间（3.1）。',
    },
  ],
  words: {
    bytes: '字节',
    colon: '：',
    cores: '核',
    exercise: '练习',
    machine: '测量环境',
    text: '课文',
    usage:
      '运行一课：fanfold course 1.1；开始练习：fanfold course start 1 FILE；检查练习：fanfold course check 1 FILE；测验：fanfold course quiz',
    right: '正确',
    wrong: '不对，正确答案是',
    passed: '通过',
    failed: '尚未通过',
    score: '答对题数',
  },
  dictionary: CHINESE_LINES,
};
