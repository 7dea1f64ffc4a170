#include "media/picture_size.h"

#include <algorithm>
#include <memory>

namespace staydown::media {
namespace {

using ParserPtr = std::unique_ptr<AVCodecParserContext, AvPlainDeleter<av_parser_close>>;

}  // namespace

void find_picture_size(const AVPacket& keyframe, AVCodecParameters& parameters) {
  const ParserPtr parser(av_parser_init(parameters.codec_id));
  const AVCodecContextPtr context(avcodec_alloc_context3(nullptr));
  if (!parser || avcodec_parameters_to_context(context.get(), &parameters) < 0) return;
  parser->flags |= PARSER_FLAG_COMPLETE_FRAMES;
  std::uint8_t* unused = nullptr;
  int unused_size = 0;
  av_parser_parse2(parser.get(), context.get(), &unused, &unused_size, keyframe.data, keyframe.size,
                   AV_NOPTS_VALUE, AV_NOPTS_VALUE, 0);
  parameters.width = std::max(parser->width, context->width);
  parameters.height = std::max(parser->height, context->height);
}

}  // namespace staydown::media
