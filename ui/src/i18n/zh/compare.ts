import type { compare as en } from '../en/compare';

export const compare: Record<keyof typeof en, string> = {
  'compare.label': '对比 {n} 张照片',
  'compare.close': '关闭对比',
  'compare.keep': '保留这张',
  'compare.keep.of': '保留这张：{name}',
  'compare.keep.means': '其余的移到回收站。',
  'compare.trash': '将 {name} 移到回收站',
  'compare.swipe': '滑动对比',
  'compare.divider': '分隔线',
  'compare.difference': '差异',
  'compare.difference.means': '黑色表示两张相同。',
  'compare.difference.stretched': '两张形状不同，其中一张已拉伸。',
  'compare.amplify': '亮度',
  'compare.amplify.times': '×{n}',
  'compare.better': '{name} 的文件更好：{reason}。',
  'compare.facts': '信息',
  'compare.differs': '不同',
  'compare.best': '最多',
  'compare.unknown': '未知',
  'compare.folder': '文件夹',
};
