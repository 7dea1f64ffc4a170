// The event of docs/events/takedown.v1.example.json, as a value.
#pragma once

#include "event/takedown_event.h"

namespace staydown::event {

TakedownEvent example_event();

}  // namespace staydown::event
