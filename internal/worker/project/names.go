package project

// binding is one name that the Worker's environment gets.
type binding struct {
	name, key string
	offset    int
}

// checkBindingNames reports names that two bindings have, those of bindings that
// are not supported yet included.
func checkBindingNames(s scope) {
	t := s.env
	if t.path == "" {
		t = s.top
	}
	if t.node == nil {
		return
	}
	first := map[string]binding{}
	for _, f := range t.node.fields {
		if place, _ := key(f.name); place != placeOwn {
			continue
		}
		for _, b := range bindings(f) {
			if b.name == "" {
				continue // reported where it was read
			}
			if other, taken := first[b.name]; taken {
				s.r.errorf(b.offset, "two bindings are called %q: the other one is in %q at line %d",
					b.name, other.key, s.r.src.position(other.offset).Line)
				continue
			}
			first[b.name] = b
		}
	}
}

// bindings gives the names that one key of the file binds.
func bindings(f field) []binding {
	var list []binding
	add := func(t *node, key string) {
		if b := t.field(key); b != nil && b.value.kind == kindString {
			list = append(list, binding{b.value.text, f.name, b.value.offset})
		}
	}
	switch f.name {
	case "vars":
		for _, v := range f.value.fields {
			list = append(list, binding{v.name, f.name, v.offset})
		}
	case "define", "containers", "cloudchamber", "secrets", "tail_consumers", "streaming_tail_consumers", "unsafe", "connect":
	case "durable_objects", "send_email":
		items := f.value.items
		if objects := f.value.field("bindings"); objects != nil {
			items = objects.value.items
		}
		for _, t := range items {
			add(t, "name")
		}
	case "queues":
		if producers := f.value.field("producers"); producers != nil {
			for _, t := range producers.value.items {
				add(t, "binding")
			}
		}
	default:
		add(f.value, "binding")
		for _, t := range f.value.items {
			add(t, "binding")
		}
	}
	return list
}
