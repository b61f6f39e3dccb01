import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.*;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.*;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.*;

/**
 * Prints every event of one topic as a JSON line. Stop it with Ctrl-C.
 *   KAFKA_BROKERS=… SCHEMA_REGISTRY_URL=… java -cp JARS Example.java payments.v1 reports.java-example
 * Jars: org.apache.kafka:kafka-clients:4.4.0, org.apache.avro:avro:1.12.2 and what they depend on.
 */
public class Example {
    static final ObjectMapper JSON = new ObjectMapper();
    static final HttpClient HTTP = HttpClient.newHttpClient();
    static final Map<Integer, Schema> SCHEMAS = new HashMap<>();
    // Only for show: it forgets at a restart. Keep the ids where you keep your results, in one transaction.
    static final Set<String> SEEN_IDS = Collections.newSetFromMap(new LinkedHashMap<>() {
        @Override protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > 100_000;
        }
    });

    public static void main(String[] args) throws Exception {
        String brokers = System.getenv("KAFKA_BROKERS");
        if (args.length != 2 || brokers == null || System.getenv("SCHEMA_REGISTRY_URL") == null) {
            System.err.println("Usage: KAFKA_BROKERS=… SCHEMA_REGISTRY_URL=… java -cp JARS Example.java TOPIC GROUP");
            System.exit(2);
        }
        Map<String, Object> settings = Map.of("bootstrap.servers", brokers, "group.id", args[1],
            "auto.offset.reset", "earliest", "enable.auto.commit", false);
        var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
        Thread main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            consumer.wakeup();
            try { main.join(5_000); } catch (InterruptedException ignored) { }
        }));
        try (consumer) {
            consumer.subscribe(List.of(args[0]));
            while (true) {
                for (var message : consumer.poll(Duration.ofSeconds(1))) print(message);
                consumer.commitSync(); // After the work: a crash before this brings the events again.
            }
        } catch (WakeupException stopped) {
            System.err.println("stopped");
        }
    }

    static void print(ConsumerRecord<String, byte[]> message) throws Exception {
        String id = header(message, "ce_id");
        if (!SEEN_IDS.add(id)) {
            System.err.println("repeat of " + id + " dropped");
            return;
        }
        // Wire format: a zero byte, the schema's id as a big-endian int, then the Avro data.
        ByteBuffer value = ByteBuffer.wrap(message.value());
        if (value.get() != 0) throw new IllegalStateException("not in wire format");
        var reader = new GenericDatumReader<Object>(schema(value.getInt()));
        var data = reader.read(null, DecoderFactory.get().binaryDecoder(message.value(), 5, value.remaining(), null));
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("id", id);
        line.put("type", header(message, "ce_type"));
        line.put("key", message.key());
        line.put("version", header(message, "ce_version"));
        line.put("data", JSON.readTree(data.toString()));
        System.out.println(JSON.writeValueAsString(line));
    }

    static Schema schema(int id) throws Exception {
        if (!SCHEMAS.containsKey(id)) {
            var request = HttpRequest.newBuilder(URI.create(System.getenv("SCHEMA_REGISTRY_URL") + "/schemas/ids/" + id));
            var response = HTTP.send(request.timeout(Duration.ofSeconds(10)).build(), HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) throw new IllegalStateException("registry: " + response.statusCode());
            SCHEMAS.put(id, new Schema.Parser().parse(JSON.readTree(response.body()).get("schema").asText()));
        }
        return SCHEMAS.get(id);
    }

    static String header(ConsumerRecord<String, byte[]> message, String name) {
        var header = message.headers().lastHeader(name);
        return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }
}
