package io.github.ecrcontainerd.local;

import java.util.Optional;

/** The operations of ECR's API that are served. */
public enum Operation {
  BATCH_CHECK_LAYER_AVAILABILITY("BatchCheckLayerAvailability"),
  BATCH_DELETE_IMAGE("BatchDeleteImage"),
  BATCH_GET_IMAGE("BatchGetImage"),
  COMPLETE_LAYER_UPLOAD("CompleteLayerUpload"),
  CREATE_REPOSITORY("CreateRepository"),
  DESCRIBE_IMAGES("DescribeImages"),
  DESCRIBE_REPOSITORIES("DescribeRepositories"),
  GET_AUTHORIZATION_TOKEN("GetAuthorizationToken"),
  GET_DOWNLOAD_URL_FOR_LAYER("GetDownloadUrlForLayer"),
  INITIATE_LAYER_UPLOAD("InitiateLayerUpload"),
  LIST_IMAGE_REFERRERS("ListImageReferrers"),
  LIST_IMAGES("ListImages"),
  PUT_IMAGE("PutImage"),
  UPLOAD_LAYER_PART("UploadLayerPart");

  private final String label;

  Operation(String label) {
    this.label = label;
  }

  /** The name in ECR's API reference: {@code BatchGetImage}. */
  public String label() {
    return label;
  }

  /** The operation with this name; empty if it is not served. */
  public static Optional<Operation> of(String label) {
    for (Operation operation : values()) {
      if (operation.label.equals(label)) {
        return Optional.of(operation);
      }
    }
    return Optional.empty();
  }
}
