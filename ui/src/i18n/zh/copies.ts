import type { copies as en } from '../en/copies';

export const copies: Record<keyof typeof en, string> = {
  'copies.choose': '将 {n} 张照片复制到文件夹…',
  'copies.title': '将照片复制到此文件夹',
  'copies.running': '正在复制照片',
  'copies.progress': '{done} / {total} · {size}',
  'copies.stopping': '正在停止',
  'copies.stopped': '已停止：{text}',
  'copies.copied': '已复制 {n} 张',
  'copies.there': '{n} 张已存在',
  'copies.failed': '{n} 张失败',
  'copies.and': '，',

  'export.open': '导出…',
  'export.title': '保存结果列表',
  'export.csv': '列表存为 CSV…',
  'export.json': '列表存为 JSON…',
  'export.done': '已保存 {n} 个结果的列表。',
};
