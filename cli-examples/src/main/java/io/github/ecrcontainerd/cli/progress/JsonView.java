package io.github.ecrcontainerd.cli.progress;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** One JSON object a line, for programs: every event, and the overall progress each second. */
final class JsonView implements View {
  private static final JsonMapper JSON = JsonMapper.shared();

  private final PrintWriter out;

  JsonView(PrintWriter out) {
    this.out = out;
  }

  @Override
  public Duration period() {
    return Duration.ofSeconds(1);
  }

  @Override
  public boolean isImmediate() {
    return true;
  }

  @Override
  public void show(List<News> news, Status status, boolean due) {
    news.forEach(each -> print(object(each)));
    if (due) {
      print(object("progress", status));
    }
    out.flush();
  }

  @Override
  public void end(List<News> news, Status status, boolean complete) {
    news.forEach(each -> print(object(each)));
    print(object(complete ? "complete" : "failed", status));
    out.flush();
  }

  private static Map<String, Object> object(String event, Status status) {
    Map<String, Object> object = object(event);
    object.put("bytes", status.position());
    object.put("total", status.total());
    object.put("moved", status.moved());
    object.put("seconds", status.seconds());
    return object;
  }

  private static Map<String, Object> object(News news) {
    return switch (news) {
      case News.Resolved image -> object("resolved", "name", image.name());
      case News.Warning warning -> object("warning", "message", warning.text());
      case News.Note note -> object("note", "message", note.text());
      case News.Planned plan -> {
        Map<String, Object> object = object("planned", "contents", plan.contents());
        object.put("total", plan.bytes());
        yield object;
      }
      case News.Changed changed ->
          object(changed.item().state().name().toLowerCase(Locale.ROOT), changed.item());
      case News.Retry retry -> {
        Map<String, Object> object = object("retry", retry.item());
        object.put("reason", retry.reason());
        object.put("pauseMillis", retry.pause().toMillis());
        yield object;
      }
      case News.Hedge hedge -> object("hedge", hedge.item());
      case News.UrlRenewal renewal -> object("urlRenewal", renewal.item());
      case News.Throttling throttling -> {
        Map<String, Object> object = object("throttling", "operation", throttling.operation());
        object.put("pauseMillis", throttling.pause().toMillis());
        yield object;
      }
    };
  }

  private static Map<String, Object> object(String event, Item item) {
    Map<String, Object> object = object(event, "digest", item.content().digest().toString());
    object.put("mediaType", item.content().mediaType());
    object.put("bytes", item.position());
    object.put("size", item.size());
    return object;
  }

  private static Map<String, Object> object(String event, String key, Object value) {
    Map<String, Object> object = object(event);
    object.put(key, value);
    return object;
  }

  private static Map<String, Object> object(String event) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("event", event);
    return object;
  }

  private void print(Map<String, Object> object) {
    out.println(JSON.writeValueAsString(object));
  }
}
